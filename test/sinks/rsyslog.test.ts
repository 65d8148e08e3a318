// Debian's rsyslogd as the receiver: UDP, TCP with octet counting, TLS with a certificate made here. It parses each frame and
// writes what it understood as JSON, so that our header, structured data and bodies are read by somebody else's parser.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, NASTY, settingsOf, World } from './world.ts';

const RSYSLOGD = '/usr/sbin/rsyslogd';
const hasTls = ['/usr/lib', '/lib'].some(
  (root) => existsSync(root) && execFileSync('find', [root, '-name', 'lmnsd_gtls.so'], { encoding: 'utf8' }) !== '',
);
const isThere = existsSync(RSYSLOGD);
if (!isThere || !hasTls)
  console.warn('skipped: rsyslogd with TLS is not installed (apt-get install rsyslog rsyslog-gnutls)');

interface Received {
  readonly pri: string;
  readonly hostname: string;
  readonly app: string;
  readonly procid: string;
  readonly msgid: string;
  readonly sd: string;
  readonly msg: string;
}

describe.skipIf(!isThere || !hasTls)('rsyslogd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rsyslog-'));
  const out = join(folder, 'received.ndjson');
  const ports = { udp: 0, tcp: 0, tls: 0 };
  const worlds: World[] = [];
  let daemon: ChildProcess;

  let before = 0;
  /** Since the test began. */
  const received = (): Received[] => written().slice(before);
  const written = (): Received[] =>
    existsSync(out)
      ? readFileSync(out, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Received)
      : [];

  const start = async (): Promise<void> => {
    daemon = spawn(RSYSLOGD, ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')], {
      stdio: 'inherit',
    });
    await until(() => existsSync(join(folder, 'pid')) && isListening(ports.tcp) && isListening(ports.tls));
  };
  const stop = async (): Promise<void> => {
    const gone = new Promise((done) => daemon.once('close', done));
    daemon.kill('SIGTERM');
    await gone;
    rmSync(join(folder, 'pid'), { force: true });
  };

  beforeAll(async () => {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
        ...[
          '-addext',
          'subjectAltName=DNS:localhost',
          '-keyout',
          join(folder, 'key.pem'),
          '-out',
          join(folder, 'cert.pem'),
        ],
      ],
      { stdio: 'ignore' },
    );
    for (const name of ['udp', 'tcp', 'tls'] as const) ports[name] = await freePort();
    mkdirSync(join(folder, 'work'));
    const field = (property: string, name: string): string =>
      `property(outname="${name}" name="${property}" format="jsonf")`;
    writeFileSync(
      join(folder, 'rsyslog.conf'),
      `global(workDirectory="${folder}/work" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriverCAFile="${folder}/cert.pem"
  defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem")
module(load="imudp")
module(load="imptcp")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imudp" address="127.0.0.1" port="${ports.udp}")
input(type="imptcp" address="127.0.0.1" port="${ports.tcp}" supportOctetCountedFraming="on")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}" supportOctetCountedFraming="on")
template(name="understood" type="list" option.jsonf="on") {
  ${field('pri', 'pri')}
  ${field('hostname', 'hostname')}
  ${field('app-name', 'app')}
  ${field('procid', 'procid')}
  ${field('msgid', 'msgid')}
  ${field('structured-data', 'sd')}
  ${field('msg', 'msg')}
}
action(type="omfile" file="${out}" template="understood" asyncWriting="off" flushOnTXEnd="on")
`,
    );
    await start();
  }, 30_000);

  afterAll(async () => {
    for (const world of worlds) await world.end();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const begin = (over: Record<string, unknown>) => {
    before = written().length;
    const world = new World();
    worlds.push(world);
    return { world, sinks: world.open(settingsOf({ kind: 'syslog', host: 'localhost', ...over })) };
  };
  const secure = { protocol: 'tls', tls: { ca: join(folder, 'cert.pem') } };

  const WAYS = [
    ['udp', { protocol: 'udp', host: '127.0.0.1' }],
    ['tcp', { protocol: 'tcp' }],
    ['tls', secure],
  ] as const;
  it.each(WAYS)('understands what comes over %s', async (way, over) => {
    const { world, sinks } = begin({ ...over, port: ports[way] });
    const count = 20;
    for (let i = 1; i <= count; i++) sinks.send({ sink: 'it', incident: incident({ count: i, title: NASTY }) });
    await world.drain(sinks);
    await until(() => received().length >= count);
    const all = received();
    expect(all.map(({ msg }) => Number(/ cnt=(\d+)/.exec(msg)?.[1]))).toEqual(
      Array.from({ length: count }, (_, i) => i + 1),
    );
    expect(all[0]).toMatchObject({
      pri: String(16 * 8 + 3),
      hostname: hostname(),
      app: 'sallyport',
      procid: String(process.pid),
      msgid: 'incident-opened',
      sd: expect.stringMatching(/^\[origin software="Sallyport" swVersion="[\d.]+"\]\[meta sequenceId="1"\]$/),
      msg: expect.stringMatching(/^ ?CEF:0\|Sallyport\|Sallyport\|[\d.]+\|credential-stuffing\|=HYPERLINK/),
    });
    expect(all[1]!.msgid).toBe('incident-updated');
  });

  it.each(['leef', 'json'] as const)('understands %s', async (format) => {
    const { world, sinks } = begin({ port: ports.tcp, format });
    sinks.send({ sink: 'it', incident: incident({ title: NASTY }) });
    await world.drain(sinks);
    await until(() => received().length >= 1);
    const msg = received()[0]!.msg.trimStart();
    if (format === 'leef')
      expect(msg).toMatch(/^LEEF:2\.0\|Sallyport\|Sallyport\|[\d.]+\|credential-stuffing\|x09\|devTime=/);
    else expect(JSON.parse(msg)).toMatchObject({ class_uid: 2004, finding_info: { uid: incident().id } });
  });

  it('gets nothing over TLS from who does not trust its certificate', async () => {
    const { world, sinks } = begin({ port: ports.tls, protocol: 'tls' });
    sinks.send({ sink: 'it', incident: incident() });
    await world.pass(sinks, 5_000);
    expect(sinks.states()).toMatchObject([
      { queuedMessages: 1, lastFailure: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) } },
    ]);
    expect(received()).toEqual([]);
  });

  it('has everything after it was away for ten minutes', async () => {
    const { world, sinks } = begin({ ...secure, port: ports.tls });
    await stop();
    for (let i = 1; i <= 60; i++) {
      sinks.send({ sink: 'it', incident: incident({ count: i }) });
      await world.pass(sinks, 10_000);
    }
    expect(sinks.states()).toMatchObject([{ queuedMessages: 60, delivered: 0 }]);
    await start();
    await world.drain(sinks);
    await until(() => received().length >= 60);
    const counts = received().map(({ msg }) => Number(/ cnt=(\d+)/.exec(msg)?.[1]));
    expect(counts).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(sinks.states()).toMatchObject([
      { queuedMessages: 0, delivered: 60, dropped: { full: 0, expired: 0, refused: 0 } },
    ]);
  });
});

function isListening(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/tcp', 'utf8').includes(`0100007F:${hex} 00000000:0000 0A`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks again until it is so; the test's own time limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
