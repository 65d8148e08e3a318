import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/configuration/load.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';

const read = (text: string, environment: Record<string, string> = {}, overrides = {}) =>
  readConfiguration(text, 's.yaml', environment, overrides);

const configurationOf = (...given: Parameters<typeof read>) => {
  const { configuration, faults } = read(...given);
  if (configuration === undefined) throw new Error(`${faults[0]?.line}:${faults[0]?.column} ${faults[0]?.message}`);
  return configuration;
};

const faultOf = (...given: Parameters<typeof read>) => {
  const [fault] = read(...given).faults;
  return fault === undefined ? 'no fault' : `${fault.line}:${fault.column} ${fault.message}`;
};

const UPSTREAM = 'upstreams: { api: http://localhost:3000 }\n';

describe('an empty file', () => {
  it('is a complete configuration', () => {
    const configuration = configurationOf('');
    expect(configuration).toMatchObject({
      mode: 'monitor',
      listen: { host: '0.0.0.0', port: 8080 },
      admin: { host: '127.0.0.1', port: 9090, allowRemote: false },
      defaults: true,
      routes: [],
      limits: DEFAULT_LIMITS,
      on: { bodyOverLimit: 'block', undecodable: 'block', detectorError: 'allow', analystDown: 'allow' },
    });
  });

  it('with an upstream has one route for everything', () => {
    expect(configurationOf(UPSTREAM).routes).toMatchObject([
      { id: 'default', hosts: [], pathPrefix: '/', upstream: 'api' },
    ]);
  });

  it('takes what the flags say', () => {
    const overrides = { upstream: 'http://localhost:3000', listen: 8081, admin: 9091, mode: 'enforce', workers: 2 };
    expect(configurationOf('mode: monitor', {}, overrides)).toMatchObject({
      mode: 'enforce',
      listen: { port: 8081 },
      admin: { host: '127.0.0.1', port: 9091 },
      workers: 2,
      routes: [{ upstream: 'default', mode: 'enforce' }],
    });
  });
});

describe('what people may write', () => {
  it('is a port, a place or a mapping', () => {
    expect(configurationOf('listen: 1').listen).toEqual({ host: '0.0.0.0', port: 1 });
    expect(configurationOf('listen: "127.0.0.1:1"').listen).toEqual({ host: '127.0.0.1', port: 1 });
    expect(configurationOf('listen: "[::1]:1"').listen).toEqual({ host: '::1', port: 1 });
    expect(configurationOf('listen: { port: 1 }').listen).toEqual({ host: '0.0.0.0', port: 1 });
  });

  it('is a duration or milliseconds, a size or bytes', () => {
    const text = 'drain: { grace: 2m }\nlimits: { requestBodyBytesMax: 8MiB, headerBytesMax: 4096, jsonDepthMax: 7 }';
    const configuration = configurationOf(text);
    expect(configuration.drain.grace).toBe(120_000);
    expect(configuration.limits).toMatchObject({
      requestBodyBytesMax: 8_388_608,
      headerBytesMax: 4_096,
      jsonDepthMax: 7,
    });
    expect(configuration.limits.cookiesMax).toBe(DEFAULT_LIMITS.cookiesMax);
  });

  it('overrides limits and answers for one route', () => {
    const text = `${UPSTREAM}limits: { jsonDepthMax: 9 }
on: { undecodable: allow }
routes:
  - { path: /a, upstream: api, mode: enforce, limits: { cookiesMax: 3 }, on: { bodyOverLimit: allow } }
  - { path: /b, host: [B.example.com], upstream: api }`;
    const [a, b] = configurationOf(text).routes;
    expect(a).toMatchObject({
      id: '/a',
      mode: 'enforce',
      limits: { jsonDepthMax: 9, cookiesMax: 3 },
      on: { bodyOverLimit: 'allow', undecodable: 'allow' },
    });
    expect(b).toMatchObject({
      id: 'B.example.com/b',
      hosts: ['b.example.com'],
      mode: 'monitor',
      limits: { jsonDepthMax: 9, cookiesMax: 200 },
      on: { bodyOverLimit: 'block' },
    });
  });

  it('is an environment variable anywhere in a value, also for numbers and switches', () => {
    const text = `listen: \${PORT}
workers: \${WORKERS:-2}
defaults: \${DEFAULTS}
limits: { headerBytesMax: "\${HEAD}" }
upstreams: { api: "http://\${HOST:-localhost}:\${UP}" }`;
    expect(configurationOf(text, { PORT: '8081', UP: '3000', DEFAULTS: 'false', HEAD: '4096' })).toMatchObject({
      listen: { port: 8081 },
      workers: 2,
      defaults: false,
      limits: { headerBytesMax: 4_096 },
      upstreams: { api: { urls: ['http://localhost:3000'] } },
    });
  });

  it('keeps a secret of digits a text', () => {
    const text = `identity: { actors: [{ jwt: { secret: "\${SECRET}" } }] }`;
    const [source] = configurationOf(text, { SECRET: '0123456789' }).identity.actors ?? [];
    expect(source).toMatchObject({ jwt: { secret: '0123456789' } });
  });
});

describe('a faulty configuration', () => {
  const rows: readonly (readonly [string, string, RegExp | string])[] = [
    ['a misspelt key', 'mod: enforce', '1:1 unknown key `mod`; did you mean `mode`?'],
    [
      'a misspelt key of a route',
      `${UPSTREAM}routes:\n  - { upstream: api, pth: /x }`,
      '3:22 unknown key `pth`; did you mean `path`?',
    ],
    [
      'a misspelt key of an upstream',
      'upstreams:\n  api:\n    url: [http://a]',
      '3:5 unknown key `url`; did you mean `urls`?',
    ],
    ['a misspelt limit', 'limits: { jsonDepth: 3 }', '1:11 unknown key `jsonDepth`; did you mean `jsonDepthMax`?'],
    ['an unknown mode', 'mode: block', '1:7 `mode` is one of enforce, monitor, off'],
    [
      'an upstream nobody defined',
      `${UPSTREAM}routes: [{ upstream: apo }]`,
      /^2:\d+ no upstream is called `apo`; there is api/,
    ],
    ['an upstream with credentials', 'upstreams: { api: "http://a:b@c" }', /^1:19 .*without path and credentials/],
    ['an upstream with a path', 'upstreams: { api: "http://a/b" }', /^1:19 .*without path and credentials/],
    [
      'two routes of one id',
      `${UPSTREAM}routes: [{ id: x, upstream: api }, { id: x, path: /b, upstream: api }]`,
      /two routes are `x`/,
    ],
    [
      'two routes at one place',
      `${UPSTREAM}routes: [{ id: x, upstream: api }, { id: y, upstream: api }]`,
      /an earlier route has the same/,
    ],
    ['an admin port for everybody', 'admin: { host: 0.0.0.0 }', /^1:16 the admin port would be reachable from outside/],
    [
      'an environment variable that is not set',
      `mode: monitor\ndata: \${NOWHERE}/x`,
      '2:7 the environment variable `NOWHERE` is not set',
    ],
    ['a trusted proxy that is no address', 'identity: { trustedProxies: [10.0.0.0/8, proxy] }', /^1:42 .*CIDR/],
    [
      'an endpoint without a method',
      `${UPSTREAM}routes: [{ upstream: api, endpoints: [/users] }]`,
      /^2:\d+ .*method and a path template/,
    ],
    ['a duration without sense', 'drain: { grace: soon }', /^1:17 /],
    ['a port out of range', 'listen: { port: 70000 }', /^1:17 /],
    ['two documents', 'mode: monitor\n---\nmode: enforce', /one document/],
    ['a list', '- mode', /^1:1 /],
    ['a bracket bomb', '['.repeat(2_000), /nested deeper/],
    ['an unknown actor source', 'identity: { actors: [{ jwtt: {} }] }', '1:24 unknown key `jwtt`; did you mean `jwt`?'],
  ];

  it.each(rows)('is refused with its place: %s', (_, text, expected) => {
    if (typeof expected === 'string') expect(faultOf(text)).toBe(expected);
    else expect(faultOf(text)).toMatch(expected);
  });

  it('may open the admin port when it says so', () => {
    expect(configurationOf('admin: { host: 0.0.0.0, allowRemote: true }').admin.host).toBe('0.0.0.0');
    expect(configurationOf('admin: { host: "::1" }').admin.host).toBe('::1');
  });
});
