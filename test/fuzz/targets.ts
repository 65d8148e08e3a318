// What is fuzzed: parsers that meet bytes of strangers. A target may throw a Fault and nothing else; those with a second parser
// beside them must not accept what that one refuses, nor read it differently.
import { isIP } from 'node:net';
import { Busboy } from '@fastify/busboy';
import { classesOf } from '../../src/core/characters.ts';
import type { Field, FieldSink } from '../../src/core/field.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeBody } from '../../src/decoding/body.ts';
import { parseContentEncoding } from '../../src/decoding/content-encoding.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';
import { decodeCookies } from '../../src/decoding/cookies.ts';
import { checkRequestHead } from '../../src/decoding/framing.ts';
import { scanJson } from '../../src/decoding/json.ts';
import { decodeMultipart } from '../../src/decoding/multipart.ts';
import { unfold } from '../../src/decoding/nested.ts';
import { decodePairs, decodeTarget } from '../../src/decoding/target.ts';
import { clientAddressResolver } from '../../src/inspection/client-address.ts';
import { defaultRoute } from '../../src/inspection/default-engine.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { asksForWebSocket, handshakeFault } from '../../src/proxy/websocket-handshake.ts';
import { readYaml } from '../../src/yaml/read.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

export interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** Throws a Fault for what it refuses; any other error is a defect. A text is what it got wrong. */
  readonly run: (bytes: Buffer) => string | undefined;
}

const texts = (...list: readonly string[]): Buffer[] => list.map((text) => Buffer.from(text));
const policy = compileSnapshot({ version: 'fuzz', documents: shippedPolicies().documents }, []).policy;

class Fields implements FieldSink {
  readonly wanted = -1;
  readonly fields: Field[] = [];
  add(field: Field): void {
    this.fields.push(field);
  }
  skip(): void {}
}

const JSON_SEEDS = texts(
  '{"a":1,"b":[true,null,"x\\u0041\\n"],"c":{"d":-1.5e3}}',
  '[]',
  '"x"',
  '[1,2,[3,[4]]]',
  '{"a":{"a":{"a":{}}}}',
  '[{"é":"한글"},{"k":"\\ud83d\\ude00"}]',
  '  {"card":"4111 1111 1111 1111","ssn":"536-22-8754"} ',
);

const MULTIPART_SEEDS = texts(
  // Found by fuzzing: one parser takes it for a field called `a=a`.
  '--b\r\nContent-Disposition: form-data; name*a="a"\r\n\r\n1\r\n--b--',
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--b--\r\n',
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="x.json"\r\nContent-Type: application/json\r\n\r\n{"q":1}\r\n--b--',
);

const HEAD_SEEDS = texts(
  'Host: a.example\r\nContent-Length: 3\r\n',
  'Host: a\r\nTransfer-Encoding: chunked\r\n',
  'Host: [::1]:80\r\nConnection: close, x\r\nExpect: 100-continue\r\n',
  'Host: a\r\nCookie: a=1; b="2"\r\nAuthorization: Bearer x\r\n',
  'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
);

const YAML_SEEDS = texts(
  'kind: data-policy\nid: a\nmatch: { direction: response, dataTypes: [us-ssn] }\naction: mask\n',
  'kind: list\nid: a\n---\nkind: exception\nid: b\ndetector: xss\nreason: x\nexpires: 2027-01-01\n',
  'a: &x [1, 2]\nb: *x\n',
  'a: |\n  text\n  more\nb: >-\n  folded\n',
  '- - - 1\n- {a: {b: [c]}}\n',
  '"k": !!str 1\n? a\n: b\n',
);

export const TARGETS: readonly Target[] = [
  {
    name: 'JSON scanner against JSON.parse',
    seeds: JSON_SEEDS,
    run: (bytes) => {
      scanJson(bytes, DEFAULT_LIMITS, new Fields());
      try {
        JSON.parse(bytes.toString());
        return undefined;
      } catch {
        return 'accepts what JSON.parse refuses';
      }
    },
  },
  {
    name: 'multipart against busboy',
    seeds: MULTIPART_SEEDS,
    run: (bytes) => {
      const sink = new Fields();
      decodeMultipart(bytes, 'b', DEFAULT_LIMITS, sink);
      const others = busboyFields(bytes);
      const ours = new Set(sink.fields.flatMap((field) => [field.name, field.text]));
      for (const [name, value] of others) {
        if (name !== '' && !ours.has(name) && !name.includes('\ufffd'))
          return `busboy has a field ${JSON.stringify(name)}`;
        // Bytes that are no UTF-8 are judged as they stand; the other parser replaces them.
        if (value !== '' && !ours.has(value) && !isJsonText(value) && !value.includes('\ufffd'))
          return `busboy has a value ${JSON.stringify(value)}`;
      }
      return undefined;
    },
  },
  {
    name: 'urlencoded against URLSearchParams',
    seeds: texts('a=1&b=2', 'a=%41+b&a=&=x', 'k[]=1&k[a]=2&c=%ed%95%9c', '&&a&b=c=d'),
    run: (bytes) => {
      const text = bytes.toString('latin1');
      const ours = decodePairs(text, DEFAULT_LIMITS.queryParametersMax);
      const others = [...new URLSearchParams(`&${text}`)];
      if (ours.length !== others.length) return `${ours.length} pairs instead of ${others.length}`;
      for (const [i, [name, value]] of ours.entries()) {
        if (
          /^[\x21-\x7e]*$/.test(text) &&
          !/%(?![0-9a-f]{2})|%[89a-f]/i.test(text) &&
          (name !== others[i]![0] || value !== others[i]![1])
        )
          return `pair ${i} is ${name}=${value}`;
      }
      return undefined;
    },
  },
  {
    name: 'content-type',
    seeds: texts(
      'application/json',
      'application/json; charset=utf-8',
      'multipart/form-data; boundary="a b"',
      'text/plain;charset="utf-8"; a=b',
      'application/problem+json',
    ),
    run: (bytes) => {
      const type = parseContentType(bytes.toString('latin1'));
      return /^[!#$%&'*+.^_`|~0-9a-z-]*\/?[!#$%&'*+.^_`|~0-9a-z-]*$/.test(type.mediaType)
        ? undefined
        : `media type ${JSON.stringify(type.mediaType)}`;
    },
  },
  {
    name: 'target against WHATWG URL',
    seeds: texts(
      '/a/b?c=d',
      '/a/../b/./c',
      '/%2e%2e/a',
      'http://a.example/x?y',
      '//evil',
      '/a;b/c%2fd',
      '/%ed%95%9c?q=%00',
      '*',
      '/a//b/',
    ),
    run: (bytes) => {
      const target = bytes.toString('latin1');
      const { forward, path } = decodeTarget(target, 'GET', 'a.example', DEFAULT_LIMITS);
      const url = new URL(forward, 'http://a.example');
      if (url.host !== 'a.example') return `leads to ${url.host}`;
      // What WHATWG resolves further would be another resource to the server behind us.
      const pathname = forward.split('?', 1)[0]!;
      if (
        url.pathname.length !==
        new URL(pathname.replaceAll('%', '%25'), 'http://a.example').pathname.replaceAll('%25', '%').length
      )
        return `resolves to ${url.pathname}`;
      return path.startsWith('/') ? undefined : `path ${path}`;
    },
  },
  {
    name: 'request head',
    seeds: HEAD_SEEDS,
    run: (bytes) => {
      const rawHeaders = linesOf(bytes);
      const facts = checkRequestHead({ method: 'POST', target: '/', httpVersion: '1.1', rawHeaders }, DEFAULT_LIMITS);
      decodeCookies(rawHeaders, DEFAULT_LIMITS);
      return /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(facts.host) ? undefined : `host ${JSON.stringify(facts.host)}`;
    },
  },
  {
    name: 'forwarded addresses',
    seeds: texts(
      '203.0.113.7, 10.0.0.1',
      'for=192.0.2.60;proto=http;by=203.0.113.43',
      'for="[2001:db8::17]:4711", for=unknown',
      '::ffff:1.2.3.4, 127.0.0.1',
      'a, b,,, 1.2.3.4:80',
    ),
    run: (bytes) => {
      const resolve = clientAddressResolver(['127.0.0.0/8', '10.0.0.0/8', '::1']);
      for (const name of ['x-forwarded-for', 'forwarded']) {
        const { address } = resolve([name, bytes.toString('latin1')], '127.0.0.1');
        if (isIP(address) === 0) return `address ${JSON.stringify(address)}`;
        const other = resolve([name, bytes.toString('latin1')], '198.51.100.1');
        if (other.address !== '198.51.100.1') return 'an untrusted peer is believed';
      }
      return undefined;
    },
  },
  {
    name: 'YAML and its pre-scan',
    seeds: YAML_SEEDS,
    run: (bytes) => {
      readYaml(bytes.toString(), 'fuzz.yaml');
      return undefined;
    },
  },
  {
    name: 'policy documents',
    seeds: YAML_SEEDS,
    run: (bytes) => {
      for (const document of readYaml(bytes.toString(), 'fuzz.yaml').documents)
        validateDocument(document, 'fuzz.yaml', false);
      return undefined;
    },
  },
  {
    name: 'scanner of data types',
    seeds: [
      ...JSON_SEEDS,
      ...texts(
        'card=4111111111111111&ssn=536-22-8754',
        'AKIAIOSFODNN7EXAMPLE DE89370400440532013000 +82 10-1234-5678',
        '<a ssn="536-22-8754">900101-1234568</a>',
      ),
    ],
    run: (bytes) => {
      for (const format of ['json', 'form', 'text', 'xml'] as const) {
        for (const hit of policy.scanner.scan(bytes, format))
          if (hit.start < 0 || hit.end > bytes.length || hit.start >= hit.end)
            return `a hit at ${hit.start} to ${hit.end}`;
      }
      return undefined;
    },
  },
  {
    name: 'detectors and nested decodings',
    seeds: texts(
      "' or 1=1--",
      '<script>alert(1)</script>',
      '; cat /etc/passwd',
      '{{7*7}}',
      'eyJhIjoiPHNjcmlwdD4ifQ==',
      '%3Cscript%3E',
      '{"$ne":null}',
      '${jndi:ldap://x}',
      '(cn=*)(|(a=b))',
      'http://169.254.169.254/',
    ),
    run: (bytes) => {
      const text = bytes.toString();
      const field: Field = {
        location: 'body',
        pointer: '/a',
        name: 'a',
        of: 'value',
        text,
        classes: classesOf(text),
        decodings: [],
      };
      for (const variant of [field, ...unfold(field, DEFAULT_LIMITS)])
        for (const { inspect } of policy.fieldDetectors) inspect(variant);
      return undefined;
    },
  },
  {
    name: 'bodies of any type',
    seeds: [
      ...JSON_SEEDS,
      ...MULTIPART_SEEDS,
      ...texts('<a b="c"><![CDATA[x]]></a>', '{"query":"query a($b:C){d(e:$b){f}}"}', '{"a":1}\n{"b":2}\n'),
    ],
    run: (bytes) => {
      for (const type of [
        'application/json',
        'text/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=b',
        'application/graphql',
        'application/x-ndjson',
        'text/plain',
        undefined,
      ]) {
        try {
          decodeBody(bytes, parseContentType(type), DEFAULT_LIMITS, new Fields());
        } catch (error) {
          if (!isFault(error)) throw error;
        }
      }
      return undefined;
    },
  },
  {
    name: 'content-encoding',
    seeds: texts('gzip', 'br, gzip', 'identity', 'x-gzip', 'gzip,gzip,gzip', 'deflate;q=1'),
    run: (bytes) =>
      parseContentEncoding(bytes.toString('latin1'), DEFAULT_LIMITS).length <= DEFAULT_LIMITS.contentEncodingsMax
        ? undefined
        : 'too many',
  },
  {
    name: 'WebSocket handshake',
    seeds: HEAD_SEEDS,
    run: (bytes) => {
      const rawHeaders = linesOf(bytes);
      if (!asksForWebSocket(rawHeaders)) return undefined;
      const fault = handshakeFault(
        { method: 'GET', target: '/', httpVersion: '1.1', rawHeaders },
        defaultRoute('enforce'),
      );
      const key = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'sec-websocket-key') + 1] ?? '';
      return fault !== undefined || Buffer.from(key, 'base64').length === 16
        ? undefined
        : `key ${JSON.stringify(key)} passes`;
    },
  },
];

/** By its shape: a test must not depend on which copy of the class made it. */
export function isFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && 'source' in error && 'code' in error;
}

function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split('\r\n')
    .filter((line) => line.includes(':'))
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
}

function busboyFields(bytes: Buffer): (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = [];
  const parser = new Busboy({ headers: { 'content-type': 'multipart/form-data; boundary=b' } });
  parser.on('error', () => {});
  // Of a part without name it says that its name is undefined.
  parser.on('field', (name: string | undefined, value: string) => fields.push([name ?? '', value]));
  parser.on('file', (_: string, stream: { resume(): void; on(name: string, listener: () => void): void }) => {
    stream.on('error', () => {});
    stream.resume();
  });
  parser.end(bytes);
  return fields;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
