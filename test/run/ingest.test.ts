// Traffic that does not pass through: posted, mirrored by a real nginx and a real HAProxy, written into a folder; what it shows becomes incidents.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedSince } from '../../src/recorder/read-recording.ts';
import { answering, type ConfiguredGateway, startConfigured } from '../support/configured-gateway.ts';
import { type RunningGateway, until } from './gateway-process.ts';

const HAS_NGINX = spawnSync('nginx', ['-v']).status === 0;
const HAS_HAPROXY = spawnSync('haproxy', ['-v']).status === 0;
if (!(HAS_NGINX && HAS_HAPROXY) && process.env.CI === undefined)
  console.warn('nginx or haproxy is not installed: its mirroring is not tested');

let folder = '';
let traffic = '';
let gateway: RunningGateway;
let upstream: ConfiguredGateway['upstream'];
let end: ConfiguredGateway['end'] | undefined;

beforeAll(async () => {
  ({ folder, gateway, upstream, end } = await startConfigured(answering('{"ok":true}'), (api, made) => {
    traffic = join(made, 'traffic');
    mkdirSync(traffic);
    return `upstreams: { api: "${api}" }\nworkers: 1\nlog: { access: false }\nrecorder: { enabled: true }\ningest:\n  mirror: { listen: "127.0.0.1:0" }\n  directories: [{ path: traffic, poll: 50ms }]\n`;
  }));
}, 120_000);

afterAll(() => end?.());

interface Listed {
  readonly total: number;
  readonly items: readonly { id: string; path: string; clientAddress: string; enforced: string; status: number }[];
}

async function listed(query: string): Promise<Listed> {
  return (await (await gateway.api(`/transactions?${query}`)).json()) as Listed;
}

function line(n: number | string, url = `/items/${n}`, ip = '198.51.100.20'): string {
  return JSON.stringify({
    ts: new Date().toISOString(),
    client: { ip },
    request: { method: 'GET', url, headers: { host: 'shop.example.com' } },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
  });
}

function post(body: string | Buffer, headers: Record<string, string> = {}, token = gateway.token): Promise<Response> {
  return fetch(`${gateway.admin}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}

describe('POST /api/v1/ingest', { timeout: 120_000 }, () => {
  it('takes lines, packed or not, and says which ones it could not read', async () => {
    const text = [line('a'), 'broken', line('b', "/search?q=' OR 1=1--", '203.0.113.66'), '{"request":{}}'].join('\n');
    const answer = await post(gzipSync(text), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      accepted: 2,
      rejected: 2,
      faults: [
        { line: 2, reason: expect.stringContaining('not JSON') },
        { line: 4, reason: '`request.method` is the name of a method' },
      ],
    });
    const found = await until(async () => {
      const { items } = await listed('detection=injection-sql');
      return items.find((one) => one.clientAddress === '203.0.113.66');
    });
    expect(found).toMatchObject({ enforced: 'block', status: 200 });
    const incidents = await until(async () => {
      const { items } = (await (await gateway.api('/incidents')).json()) as {
        items: { detection: string; result: string }[];
      };
      return items.length > 0 ? items : undefined;
    });
    expect(incidents[0]).toMatchObject({ detection: 'injection-sql', result: 'succeeded' });
    expect((await post('nothing but this')).status).toBe(400);
  });

  it('keeps no place for senders that go away in the middle', async () => {
    const half = gzipSync(`${line('gone')}\n`.repeat(50)).subarray(0, 60);
    for (let i = 0; i < 20; i++) {
      const sender = request(`${gateway.admin}/api/v1/ingest`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${gateway.token}`,
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
        },
      });
      sender.on('error', () => {});
      await new Promise<void>((sent) => sender.write(half, () => sent()));
      sender.destroy();
    }
    await until(async () => (await post(line('after'))).status === 200, 30_000);
  });

  it('is for analysts and for tokens that may do only this', async () => {
    const tokenOf = async (role: string): Promise<string> => {
      const made = await gateway.api('/tokens', { method: 'POST', body: JSON.stringify({ name: `t-${role}`, role }) });
      return ((await made.json()) as { token: string }).token;
    };
    const [ingest, viewer] = [await tokenOf('ingest'), await tokenOf('viewer')];
    expect((await post(line(1), {}, ingest)).status).toBe(200);
    expect((await post(line(1), {}, viewer)).status).toBe(403);
    expect((await post(line(1), {}, 'no-token')).status).toBe(401);
    const reads = await fetch(`${gateway.admin}/api/v1/transactions`, {
      headers: { authorization: `Bearer ${ingest}` },
    });
    expect(reads.status).toBe(403);
  });

  it('answers quickly on the admin port while much comes in', async () => {
    const much = `${line('much')}\n`.repeat(8_000);
    const sending = post(much);
    let slowest = 0;
    let isOver = false;
    void sending.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const begun = performance.now();
      await fetch(`${gateway.admin}/healthz`);
      slowest = Math.max(slowest, performance.now() - begun);
    }
    const answer = (await (await sending).json()) as { accepted: number; nextLine?: number };
    expect(answer.accepted).toBe((answer.nextLine ?? 8_001) - 1);
    // Judging 8,000 at a stretch would take seconds.
    expect(slowest).toBeLessThan(1_500);
  });
});

describe('a transaction', { timeout: 120_000 }, () => {
  it('that passed inline is recorded, encrypted, and explained on the command line', async () => {
    const answer = await fetch(`${gateway.url}/people?name=${encodeURIComponent("' OR 1=1--")}`);
    const id = answer.headers.get('x-sallyport-id')!;
    await until(async () => (await gateway.api(`/explain/${id}`)).ok);
    const { stdout, status } = await run('explain', id, '--admin', gateway.admin);
    expect(status).toBe(0);
    for (const text of [
      'enforce mode would have answered with block',
      'injection-sql, critical',
      'at request-head, query /name',
      /by detector injection-sql, \S*policies\/detectors\/injection-sql\.yaml:\d+/,
      'kind: exception',
    ])
      expect(stdout).toMatch(text);
    expect(await run('explain', 'nobody', '--admin', gateway.admin)).toMatchObject({ status: 1 });

    const recordings = join(gateway.data, 'recordings');
    const recorded = await until(async () => {
      const recording = recordedSince(recordings, join(recordings, 'key'), 0);
      if ('objection' in recording) return undefined;
      for await (const one of recording.read) if (one.request.url.startsWith('/people')) return one;
      return undefined;
    });
    expect(recorded).toMatchObject({ request: { method: 'GET' }, response: { status: 200 } });
    expect(recorded.response!.body.toString()).toBe('{"ok":true}');

    const backtest = (documents: string) =>
      gateway.api('/backtests', { method: 'POST', body: JSON.stringify({ documents }) });
    expect((await backtest('kind: exception\nid: x\n')).status).toBe(422);
    const exception =
      'kind: exception\nid: x\ndetector: injection-sql\nmatch: { endpoint: "GET /people" }\nreason: a test\n';
    const started = (await (await backtest(exception)).json()) as { id: string };
    const done = await until(async () => {
      const one = (await (await gateway.api(`/backtests/${started.id}`)).json()) as { status: string };
      return one.status === 'running' ? undefined : one;
    }, 60_000);
    expect(done).toMatchObject({
      status: 'done',
      report: { newlyBlocked: { count: 0 }, noLongerBlocked: { count: 1 } },
    });
  });
});

/** What a proxy on `port` is started with, that sends copies to `mirrorPort`. */
type Proxy = (port: number, mirrorPort: string) => ChildProcess;

const nginx: Proxy = (port, mirrorPort) => {
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${port};
    location / { mirror /mirror; mirror_request_body on; proxy_pass ${upstream.url}; }
    location = /mirror {
      internal;
      proxy_pass http://127.0.0.1:${mirrorPort}$request_uri;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $http_x_client;
    }
  }
}`,
  );
  return spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
};

const haproxy: Proxy = (port, mirrorPort) => {
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
  lua-load ${resolve(import.meta.dirname, '../../deploy/haproxy/mirror.lua')}
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend api
  bind 127.0.0.1:${port}
  option http-buffer-request
  http-request set-src hdr(x-client) if { hdr(x-client) -m found }
  http-request lua.mirror
  default_backend api
backend api
  server api ${upstream.url.replace('http://', '')}
`,
  );
  const env = { ...process.env, SALLYPORT_MIRROR: `127.0.0.1:${mirrorPort}` };
  return spawn('haproxy', ['-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore', env });
};

describe.each([
  ['nginx', HAS_NGINX, nginx, '203.0.113.77'],
  ['HAProxy', HAS_HAPROXY, haproxy, '203.0.113.78'],
] as const)('requests mirrored by a real %s', (_, isThere, start, client) => {
  it.skipIf(!isThere && process.env.CI === undefined)(
    'are inspected, and change nothing',
    async () => {
      const mirrorPort = await until(() => /"mirrorPort":(\d+)/.exec(gateway.output())?.[1]);
      const port = await freePort();
      const proxy = start(port, mirrorPort);
      try {
        const url = `http://127.0.0.1:${port}`;
        await until(() =>
          fetch(`${url}/up`).then(
            (answer) => answer.ok,
            () => false,
          ),
        );
        const answer = await fetch(`${url}/api/orders?sort=1%20UNION%20SELECT%20password%20FROM%20users`, {
          method: 'PATCH',
          headers: { host: 'shop.example.com', 'x-client': client, 'content-type': 'application/json' },
          body: JSON.stringify({ note: '<script>alert(1)</script>' }),
        });
        expect(await answer.text()).toBe('{"ok":true}');
        const seen = await until(async () => {
          const { items } = await listed('detection=injection-sql');
          return items.find((one) => one.clientAddress === client);
        });
        expect(seen).toMatchObject({ path: '/api/orders', enforced: 'block', status: 0 });
        expect((await listed('detection=xss')).items.some((one) => one.id === seen.id)).toBe(true);
      } finally {
        proxy.kill();
      }
    },
    120_000,
  );
});

describe('a watched folder', { timeout: 120_000 }, () => {
  const seen = async (prefix: string): Promise<string[]> => {
    const { items } = await listed('limit=500');
    return items
      .map((one) => one.path)
      .filter((path) => path.startsWith(prefix))
      .sort();
  };

  it('is followed over rotation, half-written lines and a crash, nothing twice and nothing lost', async () => {
    const file = join(traffic, 'access.ndjson');
    const path = (n: number): string => `/folder/n${String(n).padStart(3, '0')}`;
    const write = (from: number, to: number): void => {
      for (let n = from; n < to; n++) appendFileSync(file, `${line(n, path(n))}\n`);
    };
    write(0, 20);
    await until(async () => (await seen('/folder/')).length >= 20);
    const whole = `${line(20, path(20))}\n`;
    appendFileSync(file, whole.slice(0, 40));
    renameSync(file, `${file}.1`);
    appendFileSync(`${file}.1`, whole.slice(40));
    write(21, 40);
    await until(async () => (await seen('/folder/')).length >= 40);
    const victim = pidOf('out-of-band.js', pidOf('analyst.js', gateway.process.pid!));
    process.kill(victim, 'SIGKILL');
    write(40, 60);
    await until(async () => (await seen('/folder/')).length >= 60, 30_000);
    expect(await seen('/folder/')).toEqual(Array.from({ length: 60 }, (_, n) => path(n)));
  });

  it('takes a HAR once it is whole', async () => {
    const har = {
      log: {
        version: '1.2',
        entries: [
          {
            startedDateTime: new Date().toISOString(),
            request: { method: 'GET', url: 'https://shop.example.com/from-har', headers: [] },
            response: { status: 200, headers: [], content: {} },
          },
        ],
      },
    };
    writeFileSync(join(traffic, 'browser.har'), JSON.stringify(har, null, 1));
    await until(async () => (await seen('/from-har')).length === 1, 20_000);
    const metrics = await until(async () => {
      const text = await (await fetch(`${gateway.admin}/metrics`)).text();
      return /sallyport_ingest_transactions_total\{way="directory"\} \d+/.test(text) ? text : undefined;
    });
    expect(metrics).toMatch(/sallyport_ingest_lost_total\{reason="mirror-full"\} 0/);
    expect(await seen('/from-har')).toHaveLength(1);
  });
});

function pidOf(script: string, parent: number): number {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(parent)], { encoding: 'utf8' }).split('\n');
  return Number.parseInt(lines.find((one) => one.includes(script)) ?? '', 10);
}

async function run(...args: string[]): Promise<{ stdout: string; status: number | null }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../dist/main.js'), ...args], {
    cwd: folder,
    env: { ...process.env, SALLYPORT_ADMIN_TOKEN: gateway.token },
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  return new Promise((done) => child.once('close', (status) => done({ stdout, status })));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
