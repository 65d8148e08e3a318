// D3: no value that the gateway builds can end its line or is longer than a kilobyte, whatever a client, an upstream, a policy or a
// configuration says: what is in it is made of a closed set of characters, or is checked where it comes in.
import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/configuration/load.ts';
import { Fault } from '../../src/core/fault.ts';
import type { Finding } from '../../src/core/finding.ts';
import { downstreamLines, upstreamLines } from '../../src/inspection/own-headers.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { localReply } from '../../src/proxy/local-reply.ts';
import { transactionIds } from '../../src/proxy/transaction-id.ts';
import { readYaml } from '../../src/yaml/read.ts';
import { recorder } from '../wire/recorder.ts';
import { realGateway } from '../wire/world.ts';
import { rawExchange } from './world.ts';

const BUILT = /^[\x21-\x7e ]*$/;
const VALUE_CHARACTERS_MAX = 1_024;
/** Ways to end a line: plainly, encoded, and as a character whose last byte is one (Node writes heads as latin1). */
const BREAKS = [
  '\r\nx-evil: 1',
  '\nx-evil: 1',
  '\rx-evil: 1',
  '\0x-evil: 1',
  '\u010ax-evil: 1',
  '\u560d\u560ax-evil: 1',
];
const ENCODED = ['%0d%0ax-evil:%201', '%0ax-evil:%201', '%E5%98%8A%E5%98%8Dx-evil:%201', '%250d%250ax-evil:%201'];

function finding(detection: string): Finding {
  return { detection } as Finding;
}

function valuesOf(lines: readonly string[]): readonly string[] {
  return lines.filter((_, i) => i % 2 === 1);
}

describe('D3: values of lines that the gateway builds', () => {
  it('are ids, tags and numbers of a closed set of characters, and at most a kilobyte', () => {
    const id = transactionIds()(Date.now());
    const many = Array.from({ length: 200 }, (_, i) => finding(`a-detection-with-a-long-name-${i}`));
    for (const findings of [[], [finding('injection-sql')], many]) {
      for (const value of [...valuesOf(upstreamLines(id, findings, 90)), ...valuesOf(downstreamLines(id, findings))]) {
        expect(value).toMatch(BUILT);
        expect(value.length).toBeLessThanOrEqual(VALUE_CHARACTERS_MAX);
      }
    }
    // The names that are left are whole.
    const tags = upstreamLines(id, many, 90)[3]!.split(',');
    expect(tags.length).toBeGreaterThan(20);
    expect(tags).toEqual(many.slice(0, tags.length).map(({ detection }) => detection));
    const reply = localReply({ kind: 'refuse', fault: new Fault('X', 'client', 503) }, id, undefined);
    for (const value of valuesOf(reply.rawHeaders)) expect(value).toMatch(BUILT);
  });

  it.each(BREAKS)('cannot come from an id of a policy: %j', (end) => {
    const text = `kind: list\nid: ${JSON.stringify(`a${end}`)}\naction: deny\nmatch: { ip: 192.0.2.1 }\n`;
    const { documents } = readYaml(text, 'a.yaml');
    expect(documents).toHaveLength(1);
    expect('fault' in validateDocument(documents[0]!, 'a.yaml', false)).toBe(true);
  });

  it.each(BREAKS)('cannot come from the type of a block reply: %j', (end) => {
    const written = (type: string): string =>
      `upstreams: { a: { urls: ["http://127.0.0.1:1"] } }\nroutes: [{ upstream: a, blockReply: { body: no, contentType: ${JSON.stringify(type)} } }]\n`;
    const load = (type: string) => readConfiguration(written(type), 'sallyport.yaml', {});
    expect(load('text/html; charset=utf-8')).toMatchObject({ configuration: {} });
    expect(load(`text/html${end}`)).toMatchObject({ faults: [{ file: 'sallyport.yaml', line: 2 }] });
  });

  it('cannot come from a client, in any mode and from a trusted proxy neither', async () => {
    const upstream = await recorder();
    // Behind a plain end of a line a client writes a line of its own, which it may.
    const hidden = BREAKS.slice(1);
    for (const mode of ['enforce', 'monitor'] as const) {
      const gateway = await realGateway([upstream.url], mode, {
        trustedProxies: ['127.0.0.1'],
        proxy: { pace: { headersTimeoutMs: 500, keepAliveMs: 500 } },
        route: { debugTags: true },
      });
      const lines = [
        ...hidden.map((end) => `X-Request-Id: a${end}`),
        ...hidden.map((end) => `X-Forwarded-For: 192.0.2.1${end}`),
        ...hidden.map((end) => `X-Forwarded-Host: a.example${end}`),
        ...hidden.map((end) => `Forwarded: for=192.0.2.1;host="a${end}"`),
        ...hidden.map((end) => `X-Sallyport-Id: a${end}`),
        ...ENCODED.flatMap((end) => [
          `X-Forwarded-Host: a${end}`,
          `X-Forwarded-Proto: http${end}`,
          `Origin: http://a${end}`,
        ]),
      ];
      const requests = [
        ...lines.map((line) => `GET / HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n${line}\r\n\r\n`),
        ...ENCODED.map((end) => `GET /a${end}?b=${end} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n`),
        ...ENCODED.map((end) => `GET / HTTP/1.1\r\nHost: api.example${end}\r\nConnection: close\r\n\r\n`),
      ];
      const answers = await Promise.all(requests.map((text) => rawExchange(gateway.port, Buffer.from(text))));
      for (const { head } of answers) expect(head).not.toMatch(/^x-evil/im);
      expect(upstream.violations).toEqual([]);
      await gateway.plane.drain(0);
    }
    expect(upstream.requests.length).toBeGreaterThan(10);
    for (const { head } of upstream.requests) {
      const built = head
        .split('\r\n')
        .filter((line) => /^(?:x-sallyport-|x-real-ip|via|x-forwarded-p|host)/i.test(line));
      expect(built.length).toBeGreaterThan(4);
      for (const line of built) {
        const value = line.slice(line.indexOf(':') + 1);
        expect(value).toMatch(BUILT);
        expect(value.length).toBeLessThanOrEqual(VALUE_CHARACTERS_MAX);
      }
      expect(head).not.toMatch(/^x-evil/im);
    }
    await upstream.close();
  });
});
