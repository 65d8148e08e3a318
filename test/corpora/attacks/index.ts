// The attack corpus: payloads of every class, each in several containers and encodings.
import { Random } from '../random.ts';
import { CONTAINERS, type CorpusCase, type CorpusRequest, ENCODINGS, get, postJson } from '../transaction.ts';
import { markupAttack } from './markup.ts';
import {
  codeAttack,
  crlfAttack,
  entityAttack,
  ldapAttack,
  mailAttack,
  nosqlAttack,
  ssiAttack,
  templateAttack,
  xpathAttack,
} from './others.ts';
import { forgery, inclusion, traversal } from './paths.ts';
import { shellAttack } from './shell.ts';
import { sqlAttack } from './sql.ts';

interface Grammar {
  readonly make: (r: Random) => string;
  /** How many payloads out of a thousand. */
  readonly share: number;
  readonly containers?: readonly string[];
  readonly encodings?: readonly string[];
}

const PLAIN = ['plain', 'percent once more'];
const GRAMMARS: Readonly<Record<string, Grammar>> = {
  'injection-sql': { make: sqlAttack, share: 260 },
  xss: { make: markupAttack, share: 190 },
  'injection-command': { make: shellAttack, share: 130 },
  'path-traversal': {
    make: traversal,
    share: 90,
    encodings: ['plain', 'percent once more', 'base64', 'unicode escapes'],
  },
  'injection-template': { make: templateAttack, share: 70 },
  'injection-code': { make: codeAttack, share: 70, encodings: ['plain', 'percent once more', 'base64'] },
  'file-inclusion': {
    make: inclusion,
    share: 30,
    containers: ['query', 'json', 'nested', 'form', 'multipart', 'cookie'],
    encodings: PLAIN,
  },
  ssrf: {
    make: forgery,
    share: 40,
    containers: ['query', 'json', 'nested', 'form', 'multipart', 'xml text', 'graphql variable', 'cookie'],
    encodings: PLAIN,
  },
  'injection-ldap': { make: ldapAttack, share: 25, encodings: ['plain', 'percent once more', 'base64'] },
  'injection-xpath': { make: xpathAttack, share: 20, encodings: ['plain', 'percent once more', 'base64'] },
  'injection-nosql': {
    make: nosqlAttack,
    share: 25,
    containers: ['query', 'json', 'nested', 'form', 'multipart', 'cookie', 'xml text'],
    encodings: PLAIN,
  },
  'injection-crlf': { make: crlfAttack, share: 12, containers: ['query', 'cookie'], encodings: PLAIN },
  'injection-mail': { make: mailAttack, share: 12, containers: ['query'], encodings: PLAIN },
  'injection-ssi': { make: ssiAttack, share: 12 },
  xxe: {
    make: entityAttack,
    share: 14,
    containers: ['query', 'json', 'nested', 'form', 'multipart', 'text body'],
    encodings: PLAIN,
  },
};

/** `payloads` per thousand of shares; each one in `placements` containers. */
export function attackCases(seed: number, payloads: number, placements: number): CorpusCase[] {
  const r = new Random(seed);
  const cases: CorpusCase[] = [];
  for (const [kind, grammar] of Object.entries(GRAMMARS)) {
    const count = Math.max(4, Math.round((grammar.share * payloads) / 1_000));
    for (let i = 0; i < count; i++) {
      const payload = grammar.make(r);
      const names = grammar.containers ?? Object.keys(CONTAINERS);
      for (const name of r.some(names, placements)) {
        const encoding = r.pick(grammar.encodings ?? Object.keys(ENCODINGS));
        const text = ENCODINGS[encoding]!(payload);
        const request = CONTAINERS[name]!(text);
        if (request !== undefined) cases.push({ kind, name: `${name}, ${encoding}: ${payload}`, request });
      }
    }
  }
  return [...cases, ...structural(r, Math.max(1, Math.round(payloads / 25)))];
}

/** Attacks that are not a value: keys, tokens, shapes of a whole request. */
function structural(r: Random, each: number): CorpusCase[] {
  const cases: CorpusCase[] = [];
  const add = (kind: string, name: string, request: CorpusRequest): void => void cases.push({ kind, name, request });
  const token = (header: object, signature: string): string =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(JSON.stringify({ sub: '7', role: 'admin' })).toString('base64url')}.${signature}`;
  for (let i = 0; i < each; i++) {
    const operator = r.pick(['$ne', '$gt', '$regex', '$where', '$in', '$exists', '$nin']);
    add(
      'injection-nosql',
      `operator ${operator} in a login`,
      postJson('/api/login', { username: 'admin', password: { [operator]: operator === '$in' ? ['a'] : '' } }),
    );
    add(
      'injection-nosql',
      `operator ${operator} in a query`,
      get(`/api/login?user=admin&pass%5B${encodeURIComponent(operator)}%5D=`),
    );
    add(
      'prototype-pollution',
      '__proto__ in JSON',
      postJson('/api/settings', JSON.parse(`{"a":1,"__proto__":{"${r.word()}":true}}`)),
    );
    add(
      'prototype-pollution',
      'constructor.prototype in JSON',
      postJson('/api/settings', { constructor: { prototype: { [r.word()]: 1 } } }),
    );
    add('prototype-pollution', '__proto__ in a query', get(`/api/settings?__proto__%5B${r.word()}%5D=1`));
    const none = r.pick(['none', 'None', 'NONE', 'nOnE']);
    add(
      'jwt-tampering',
      `alg ${none}`,
      get('/api/me', { authorization: `Bearer ${token({ alg: none, typ: 'JWT' }, '')}` }),
    );
    add(
      'jwt-tampering',
      'kid is a path',
      get('/api/me', {
        authorization: `Bearer ${token({ alg: 'HS256', typ: 'JWT', kid: '../../../../dev/null' }, r.hex(43))}`,
      }),
    );
    add(
      'jwt-tampering',
      'kid is a statement',
      get('/api/me', { authorization: `Bearer ${token({ alg: 'HS256', kid: "x' union select 'key'--" }, r.hex(43))}` }),
    );
    add(
      'graphql-abuse',
      'deep',
      postJson('/graphql', { query: `{${'a{'.repeat(40 + (i % 9))}id${'}'.repeat(41 + (i % 9))}` }),
    );
    add(
      'graphql-abuse',
      'batch',
      postJson(
        '/graphql',
        Array.from({ length: r.integer(20, 60) }, () => ({ query: '{me{id}}' })),
      ),
    );
    add(
      'graphql-abuse',
      'aliases of a mutation',
      postJson('/graphql', {
        query: `mutation{${Array.from({ length: r.integer(20, 60) }, (_, n) => `a${n}:login(pin:"${n}"){ok}`).join(' ')}}`,
      }),
    );
    add(
      'graphql-abuse',
      'introspection',
      postJson('/graphql', { query: '{__schema{types{name fields{name args{name}}}}}' }),
    );
    add(
      'scanner-signature',
      'a scanner by its name',
      get('/api/items', {
        'user-agent': r.pick([
          'sqlmap/1.7#stable (https://sqlmap.org)',
          'Mozilla/5.00 (Nikto/2.1.6)',
          'Nuclei - Open-source project',
          'Fuzz Faster U Fool v2.0',
          'Wfuzz/3.1.0',
        ]),
      }),
    );
  }
  return cases;
}
