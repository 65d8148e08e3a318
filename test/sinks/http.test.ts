import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressGuard } from '../../src/sinks/http/address-guard.ts';
import { HttpClient } from '../../src/sinks/http/client.ts';
import { compileTemplate } from '../../src/sinks/template.ts';
import { signatureOf } from '../../src/sinks/webhook.ts';
import { VendorServer } from './vendor-server.ts';
import { incident, NASTY, START, settingsOf, World } from './world.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const serverThat = async (reply: ConstructorParameters<typeof VendorServer>[0]): Promise<VendorServer> => {
  const server = new VendorServer(reply);
  await server.up();
  ends.push(() => server.down());
  return server;
};

const clientWith = (over: object = {}): HttpClient => {
  const client = new HttpClient({ timeout: 2_000, allowAddresses: [], allowPlainHttp: true, ...over }, () => START);
  ends.push(() => client.close());
  return client;
};

describe('the guard of addresses', () => {
  const guard = new AddressGuard(['10.1.0.0/16']);
  const REFUSED = [
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '2002:7f00:1::',
    'ff02::1',
  ];
  it.each(REFUSED)('refuses %s', (address) => expect(guard.mayCall(address)).toBe(false));
  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '10.1.2.3'])('allows %s', (address) =>
    expect(guard.mayCall(address)).toBe(true),
  );
});

describe('a call', () => {
  const post = (client: HttpClient, url: string) => client.call({ method: 'POST', url, headers: {}, body: 'x' });

  it('to a private address is refused, however it is written, and does not arrive', async () => {
    const server = await serverThat(() => ({ status: 200 }));
    const port = new URL(server.url).port;
    const client = clientWith();
    const WAYS = ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:7f00:1]', '127.1', '[::1]', '0'];
    for (const host of WAYS) {
      expect(await post(client, `http://${host}:${port}/`)).toEqual({ kind: 'failure', code: 'ADDRESS_NOT_ALLOWED' });
    }
    expect(server.arrived).toBe(0);
  });

  it('to an allowed address arrives, by name and by number', async () => {
    const server = await serverThat(() => ({ status: 200 }));
    const port = new URL(server.url).port;
    const client = clientWith({ allowAddresses: ['127.0.0.0/8', '::1'] });
    for (const host of ['127.0.0.1', 'localhost'])
      expect(await post(client, `http://${host}:${port}/`)).toMatchObject({ status: 200 });
    expect(server.arrived).toBe(2);
  });

  it('without TLS needs to be allowed', async () => {
    const client = clientWith({ allowPlainHttp: false });
    expect(await post(client, 'http://example.com/')).toEqual({ kind: 'failure', code: 'PLAIN_HTTP_NOT_ALLOWED' });
  });

  it('does not follow a redirect', async () => {
    const inside = await serverThat(() => ({ status: 200 }));
    const outside = await serverThat(() => ({ status: 307, headers: { location: inside.url } }));
    const client = clientWith({ allowAddresses: ['127.0.0.0/8'] });
    expect(await post(client, outside.url)).toMatchObject({ kind: 'answer', status: 307 });
    expect(inside.arrived).toBe(0);
  });

  it('reads no more of an answer than it needs', async () => {
    const server = await serverThat(() => ({ status: 200, body: 'x'.repeat(1_000_000) }));
    const answer = await post(clientWith({ allowAddresses: ['127.0.0.0/8'] }), server.url);
    expect(answer).toMatchObject({ kind: 'answer', status: 200 });
    expect('body' in answer && answer.body.length).toBeLessThanOrEqual(65_536);
  });

  it('understands Retry-After as seconds and as a date', async () => {
    const replies = ['90', new Date(START + 90_000).toUTCString(), 'soon'];
    const server = await serverThat(() => ({ status: 503, headers: { 'retry-after': replies.shift()! } }));
    const client = clientWith({ allowAddresses: ['127.0.0.0/8'] });
    const waits = [await post(client, server.url), await post(client, server.url), await post(client, server.url)];
    expect(waits.map((answer) => 'retryAfterMs' in answer && answer.retryAfterMs)).toEqual([90_000, 90_000, undefined]);
  });
});

describe('the signature of a webhook', () => {
  it('is HMAC-SHA256 over timestamp, dot and body', () => {
    const expected = createHmac('sha256', 'key').update('1790000000.{"a":1}').digest('hex');
    expect(signatureOf('key', '1790000000', '{"a":1}')).toBe(expected);
    expect(signatureOf('key', '1790000001', '{"a":1}')).not.toBe(expected);
  });
});

describe('a template', () => {
  it('stays JSON whatever the values are', () => {
    const template = compileTemplate('{"text": "{{t}} at {{ n }}", "n": {{n}}, "all": {{o}}, "gone": {{o.x.y}}}', true);
    const value = JSON.parse(template.fill({ t: NASTY, n: 7, o: { a: '"' } })) as object;
    expect(value).toEqual({ text: `${NASTY} at 7`, n: 7, all: { a: '"' }, gone: null });
  });
  it('writes for CSV and URLs what is asked', () => {
    expect(compileTemplate('{{t | csv}};{{t|url}};{{t}}', false).fill({ t: '=a&"b' })).toBe(
      `"'=a&""b";%3Da%26%22b;=a&"b`,
    );
  });
  it('puts values in once', () => {
    expect(compileTemplate('{{a}}', false).fill({ a: '{{b}}', b: 'x' })).toBe('{{b}}');
  });
  it('reaches no inherited property', () => {
    expect(compileTemplate('{{constructor.name}}{{__proto__}}', false).fill({})).toBe('');
  });
  it('names a filter it does not know', () => {
    expect(() => compileTemplate('{{a | sql}}', false)).toThrow('no filter is called `sql`');
  });
  it('is what a webhook sends', async () => {
    const server = await serverThat(() => ({ status: 200 }));
    const world = new World();
    ends.push(() => world.end());
    const sinks = world.open(
      settingsOf({
        kind: 'webhook',
        url: server.url,
        allowAddresses: ['127.0.0.1'],
        allowPlainHttp: true,
        body: '{"summary": "{{incident.severity}}: {{incident.title}}", "actor": "{{actor}}", "count": {{incident.count}}}',
        headers: { 'X-Team': 'soc' },
      }),
    );
    sinks.send({ sink: 'it', incident: incident({ title: 'a "quoted" title' }) });
    await world.drain(sinks);
    expect(server.requests[0]!.headers['x-team']).toBe('soc');
    expect(JSON.parse(server.requests[0]!.body)).toEqual({
      summary: 'high: a "quoted" title',
      actor: 'subject ann@example.com',
      count: 412,
    });
  });
});
