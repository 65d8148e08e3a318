import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../src/core/document.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';

const read = (text: string, isShipped = false) =>
  readYaml(text, 'p.yaml').documents.map((document) => validateDocument(document, 'p.yaml', isShipped));

const faultOf = (text: string): string => {
  const [one] = read(text);
  return one !== undefined && 'fault' in one
    ? `${one.fault.line}:${one.fault.column} ${one.fault.message}`
    : 'no fault';
};

const documentsOf = (text: string): PolicyDocument[] =>
  read(text).map((one) => {
    if ('fault' in one) throw new Error(`${one.fault.line}: ${one.fault.message}`);
    return one.document;
  });

const EXAMPLE = `kind: data-policy
id: no-ssn-to-browsers
description: Social security numbers never leave through the public API.
match: { direction: response, endpoint: "GET /api/**", dataTypes: [us-ssn, "tag:forbidden"], minCount: 1 }
except: [{ endpoint: "GET /api/hr/**", actor: { claim: { role: hr } } }]
action: mask            # allow | tag | mask | block
severity: high
owasp: [API3:2023]
---
kind: suite
id: no-ssn-to-browsers-test
cases:
  - name: a profile with an SSN is masked
    request:  { method: GET, path: /api/users/7 }
    response: { status: 200, body: { name: Ann, ssn: 536-22-8754 } }
    expect:   { action: mask, findings: [forbidden-data-exposure], response: { body: { ssn: "***-**-8754" } } }
---
kind: exception
id: fp-1042
detector: injection-sql
match: { endpoint: "POST /api/search", pointer: /query }
reason: free-text search over SQL tutorials
expires: 2027-06-30
`;

describe('a document as people write it', () => {
  it('becomes complete: every list a list, every default filled in', () => {
    const [policy, suite, exception] = documentsOf(EXAMPLE);
    expect(policy).toEqual({
      kind: 'data-policy',
      id: 'no-ssn-to-browsers',
      description: 'Social security numbers never leave through the public API.',
      enabled: true,
      source: { file: 'p.yaml', line: 1, column: 1 },
      match: {
        direction: 'response',
        endpoint: ['GET /api/**'],
        actor: undefined,
        dataTypes: ['us-ssn', 'tag:forbidden'],
        minCount: 1,
        location: [],
        pointer: [],
      },
      except: [{ endpoint: ['GET /api/hr/**'], actor: { kind: undefined, id: [], claim: { role: ['hr'] }, ip: [] } }],
      action: 'mask',
      severity: 'high',
      owasp: ['API3:2023'],
      detection: 'forbidden-data-exposure',
    });
    expect(suite).toMatchObject({ kind: 'suite', cases: [{ client: { ip: '203.0.113.7' }, mode: 'enforce' }] });
    expect(exception).toMatchObject({
      detector: 'injection-sql',
      match: { endpoint: ['POST /api/search'], pointer: ['/query'], location: [], dataTypes: [] },
      expires: '2027-06-30',
    });
  });

  const detections: readonly (readonly [string, string])[] = [
    ['{ match: { direction: response }, action: mask }', 'forbidden-data-exposure'],
    ['{ match: { direction: response }, action: block }', 'forbidden-data-exposure'],
    ['{ match: { direction: response }, action: tag }', 'sensitive-data-exposure'],
    ['{ match: { direction: request }, action: tag }', 'data-policy-violation'],
    ['{ match: { direction: request, location: [path, query] }, action: tag }', 'sensitive-data-in-url'],
    ['{ match: { direction: request, location: query }, action: block }', 'sensitive-data-in-url'],
    ['{ match: { direction: request }, action: block, detection: own-id }', 'own-id'],
  ];

  it.each(detections)('carries the detection that fits it: %s', (rest, detection) => {
    const [document] = documentsOf(`{ kind: data-policy, id: x, ${rest.slice(1)}`);
    expect(document).toMatchObject({ detection });
  });
});

describe('a faulty document', () => {
  const policy = (rest: string) => `kind: data-policy\nid: x\n${rest}`;
  const rows: readonly (readonly [string, string, RegExp | string])[] = [
    ['a misspelt key', policy('match: {}\nactoin: mask'), '4:1 unknown key `actoin`; did you mean `action`?'],
    [
      'a misspelt key inside',
      policy('match: { endpont: /x }\naction: mask'),
      '3:10 unknown key `endpont`; did you mean `endpoint`?',
    ],
    ['an unknown action', policy('match: {}\naction: deny'), '4:9 `action` is one of allow, tag, mask, block'],
    ['a missing action', policy('match: {}'), '1:1 `action` is missing; it is one of allow, tag, mask, block'],
    ['no mapping', '- a\n- b', /^1:1 a policy document is a mapping/],
    ['no kind', 'id: x', /^1:1 `kind` is missing/],
    ['a misspelt kind', 'kind: detecter\nid: x', /^1:7 unknown kind `detecter`; did you mean `detector`\?/],
    ['a scenario without a title', 'kind: scenario\nid: x', '1:1 `title` is missing; it is a string'],
    [
      'a misspelt setting of a scenario',
      'kind: scenario\nid: x\ntitle: X\ntexts: { whatHappened: Y }\npattern: { kind: scan, windowSecond: 5 }',
      /^5:24 unknown key `windowSecond`/,
    ],
    ['a response plan without actions', 'kind: response-plan\nid: x', '1:1 `actions` is missing; it is a array'],
    [
      'an id with spaces',
      'kind: data-policy\nid: My Policy\nmatch: {}\naction: tag',
      /^2:5 `id`: an id has lower-case/,
    ],
    [
      'an endpoint without a slash',
      policy('match: { endpoint: "GET api" }\naction: tag'),
      /^3:20 .*starts with a slash/,
    ],
    ['an endpoint with half a star', policy('match: { endpoint: "/api/v*" }\naction: tag'), /^3:20 .*whole segments/],
    ['a lower-case method', policy('match: { endpoint: ["get /x"] }\naction: tag'), /^3:21 .*is no method/],
    ['a bad range', policy('match: { actor: { ip: 10.0.0.0/33 } }\naction: tag'), /^3:23 .*CIDR/],
    ['a bad OWASP id', policy('match: {}\naction: tag\nowasp: [API11]'), /^5:9 .*API3:2023/],
    [
      'an unknown detector',
      'kind: detector\nid: injection-sqll\ntitle: x',
      '2:5 no detector has the id `injection-sqll`; did you mean `injection-sql`?',
    ],
    [
      'an unknown setting of a detector',
      'kind: detector\nid: injection-sql\ntitle: x\nsettings: { frobnicate: 1 }',
      /^4:\d+ unknown key `frobnicate`/,
    ],
    ['an exception without a reason', 'kind: exception\nid: x\ndetector: xss\nmatch: {}', /`reason` is missing/],
    [
      'an exception until a day there is not',
      'kind: exception\nid: x\ndetector: xss\nmatch: {}\nreason: x\nexpires: 2027-02-30',
      /^6:10 .*no such day/,
    ],
    [
      'an exception until a thirteenth month',
      'kind: exception\nid: x\ndetector: xss\nmatch: {}\nreason: x\nexpires: 2027-13-01',
      /^6:10 .*no such day/,
    ],
    [
      'a country there is not',
      'kind: list\nid: x\naction: deny\nentries: { countries: [KR, ZZ] }',
      /^4:28 .*not a country/,
    ],
    [
      'a list entry that is no address',
      'kind: list\nid: x\naction: deny\nentries: { ips: [10.0.0.1, ten] }',
      /^4:28 .*CIDR/,
    ],
    ['a pattern that does not compile', "kind: data-type\nid: x\npattern: '[a'", /^3:10 .*not a pattern/],
    ['look-ahead', "kind: data-type\nid: x\npattern: 'a(?=b)'", /^3:10 .*look-around is not supported/],
    ['look-behind', "kind: data-type\nid: x\npatterns: ['(?<!a)b']", /^3:12 .*look-around is not supported/],
    ['a back-reference', "kind: data-type\nid: x\npattern: '(a)\\1'", /^3:10 .*back-references are not supported/],
    ['a pattern of three kilobytes', `kind: data-type\nid: x\npattern: ${'a'.repeat(3_000)}`, /^3:10 /],
    [
      'a repetition that would fill the memory',
      "kind: data-type\nid: x\npattern: '((a{100}){100}){100}'",
      /^3:10 .*repeat count/,
    ],
    [
      'an unknown validator',
      "kind: data-type\nid: x\npattern: '\\d{9}'\nvalidator: lunn",
      /^4:12 no validator is called `lunn`/,
    ],
    ['a data type of nothing', 'kind: data-type\nid: x', /^1:1 a data type needs/],
    ['a suite without cases', 'kind: suite\nid: x\ncases: []', /^3:8 /],
    [
      'a suite case with a misspelt key',
      'kind: suite\nid: x\ncases:\n  - name: a\n    requst: {}\n    expect: {}',
      /^5:5 unknown key `requst`; did you mean `request`\?/,
    ],
  ];

  it.each(rows)('is refused with its place and what to write: %s', (_, text, expected) => {
    const fault = faultOf(text);
    if (typeof expected === 'string') expect(fault).toBe(expected);
    else expect(fault).toMatch(expected);
  });

  it('does not make the others of its file faulty', () => {
    const results = read(`${EXAMPLE}---\nkind: nonsense\nid: x\n`);
    expect(results.map((one) => 'document' in one)).toEqual([true, true, true, false]);
  });
});

describe('layers of documents', () => {
  const list = (id: string, ip: string) =>
    documentsOf(`{ kind: list, id: ${id}, action: deny, entries: { ips: ${ip} } }`);

  it('let the operator replace what is shipped, by kind and id', () => {
    const { bundle, faults } = bundleOf([...list('a', '10.0.0.1'), ...list('b', '10.0.0.2')], list('a', '10.9.9.9'));
    expect(faults).toEqual([]);
    expect(bundle.documents).toHaveLength(2);
    expect(JSON.stringify(bundle.documents)).toContain('10.9.9.9');
    expect(JSON.stringify(bundle.documents)).not.toContain('10.0.0.1');
  });

  it('refuse the same kind and id twice in one layer', () => {
    const { faults } = bundleOf([], [...list('a', '10.0.0.1'), ...list('a', '10.0.0.2')]);
    expect(faults.map((fault) => fault.message)).toEqual(['list `a` is already defined in p.yaml:1']);
  });

  const dangling: readonly (readonly [string, string, string])[] = [
    [
      'a data type',
      '{ kind: data-policy, id: x, match: { dataTypes: us-sn }, action: tag }',
      'no data type is called or tagged `us-sn`; did you mean `us-ssn`?',
    ],
    [
      'a tag',
      '{ kind: data-policy, id: x, match: { dataTypes: "tag:forbiden" }, action: tag }',
      'no data type is called or tagged `tag:forbiden`; did you mean `tag:forbidden`?',
    ],
    [
      'a detection',
      '{ kind: exception, id: x, detector: injection-sqll, match: {}, reason: y }',
      'no finding has the id `injection-sqll`; did you mean `injection-sql`?',
    ],
    [
      'a data type of an exception',
      '{ kind: exception, id: x, detector: "*", match: { dataTypes: us-sn }, reason: y }',
      'no data type is called or tagged `us-sn`; did you mean `us-ssn`?',
    ],
    [
      'a finding nobody can make',
      '{ kind: suite, id: x, cases: [{ name: a, request: {}, expect: { notFindings: [xsss] } }] }',
      'no finding has the id `xsss`; did you mean `xss`?',
    ],
  ];

  it.each(dangling)('refuse a reference that leads nowhere: %s', (_, text, message) => {
    const types = documentsOf("{ kind: data-type, id: us-ssn, tags: [forbidden], pattern: '\\d{3}-\\d{2}-\\d{4}' }");
    expect(bundleOf(types, documentsOf(text)).faults.map((fault) => fault.message)).toEqual([message]);
  });

  it('have a version of what they say, not of where it stands', () => {
    const suite = (file: string, lines: string, name: string) => {
      const text = `${lines}kind: suite\nid: a\ncases:\n  - { name: ${name}, request: {}, expect: {} }\n`;
      const [document] = readYaml(text, file).documents;
      const one = validateDocument(document!, file, false);
      return bundleOf([], 'document' in one ? [one.document] : []).bundle.version;
    };
    expect(suite('a.yaml', '', 'x')).toBe(suite('/elsewhere/b.yaml', '# moved\n\n', 'x'));
    expect(suite('a.yaml', '', 'x')).not.toBe(suite('a.yaml', '', 'y'));
    expect(suite('a.yaml', '', 'x')).toMatch(/^[0-9a-f]{12}$/);
  });
});
