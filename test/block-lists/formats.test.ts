import { describe, expect, it } from 'vitest';
import { blockEntries } from '../../src/block-lists/entries.ts';
import { BLOCK_LIST_FORMATS, type BlockListFormat, blockList } from '../../src/block-lists/formats.ts';
import { BLOCK_LIST_FORMATS as CONFIGURABLE } from '../../src/configuration/sink-schema.ts';
import type { Restriction } from '../../src/core/restriction.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

const restriction = (id: string, over: Partial<Restriction> = {}): Restriction => ({
  id: `r-${id}`,
  actor: { kind: 'ip', id },
  action: 'block',
  requestsPerMinuteMax: undefined,
  reason: 'credential stuffing',
  createdBy: 'test',
  createdAt: NOW - 1_000,
  expiresAt: NOW + 3_600_000,
  ...over,
});

const entriesOf = (...restrictions: Restriction[]) => blockEntries(restrictions, NOW);
const cidrsOf = (...ids: string[]) => entriesOf(...ids.map((id) => restriction(id))).map(({ cidr }) => cidr);
const textOf = (format: BlockListFormat, ...ids: string[]) =>
  blockList(format, entriesOf(...ids.map((id) => restriction(id)))).text;

describe('the entries of a block list', () => {
  it('are canonical, sorted, each once', () => {
    expect(cidrsOf('203.0.113.9', '198.51.100.7', '198.51.100.7/32', '2001:DB8:0:0::1', '203.0.113.77/24')).toEqual([
      '198.51.100.7/32',
      '203.0.113.0/24',
      '2001:db8::1/128',
    ]);
  });
  it('write IPv6 as RFC 5952 says', () => {
    const ROWS = [
      ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1/128'],
      ['2001:db8:1:1:1:1:0:1', '2001:db8:1:1:1:1:0:1/128'],
      ['::1', '::1/128'],
      ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
      ['2001:db8::/32', '2001:db8::/32'],
      ['::ffff:198.51.100.7', '198.51.100.7/32'],
    ] as const;
    for (const [written, canonical] of ROWS) expect(cidrsOf(written)).toEqual([canonical]);
  });
  it('are nothing inside of another', () => {
    expect(cidrsOf('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '11.0.0.1', '2001:db8::/32', '2001:db8:1::/48')).toEqual([
      '10.0.0.0/8',
      '11.0.0.1/32',
      '2001:db8::/32',
    ]);
  });
  it('are only blocks of addresses that still hold', () => {
    expect(
      entriesOf(
        restriction('198.51.100.1', { expiresAt: NOW }),
        restriction('198.51.100.2', { action: 'rate-limit', requestsPerMinuteMax: 10 }),
        restriction('198.51.100.3', { action: 'tag' }),
        restriction('ann', { actor: { kind: 'subject', id: 'ann' } }),
        restriction('not an address'),
      ),
    ).toEqual([]);
  });
  it('never lock everybody out', () => {
    expect(cidrsOf('0.0.0.0/0', '::/0')).toEqual([]);
  });
});

describe('the formats', () => {
  const IDS = ['198.51.100.7', '203.0.113.0/24', '2001:db8:1:2::/64'];
  const ROWS: readonly (readonly [BlockListFormat, string])[] = [
    ['plain', '198.51.100.7\n203.0.113.0/24\n2001:db8:1:2::/64\n'],
    ['nginx', 'deny 198.51.100.7;\ndeny 203.0.113.0/24;\ndeny 2001:db8:1:2::/64;\n'],
    ['haproxy-acl', '198.51.100.7/32\n203.0.113.0/24\n2001:db8:1:2::/64\n'],
    [
      'haproxy-map',
      ['198.51.100.7/32', '203.0.113.0/24', '2001:db8:1:2::/64']
        .map((cidr) => `${cidr} blocked-until-2026-11-24T13:00:00.000Z\n`)
        .join(''),
    ],
    ['aws-waf-ipv4', '{"Addresses":["198.51.100.7/32","203.0.113.0/24"]}'],
    ['aws-waf-ipv6', '{"Addresses":["2001:db8:1:2::/64"]}'],
    [
      'cloudflare',
      JSON.stringify(
        ['198.51.100.7', '203.0.113.0/24', '2001:db8:1:2::/64'].map((ip) => ({
          ip,
          comment: 'credential stuffing (until 2026-11-24T13:00:00.000Z)',
        })),
      ),
    ],
    ['akamai', '{"type":"IP","list":["198.51.100.7","203.0.113.0/24","2001:db8:1:2::/64"]}'],
    [
      'json',
      JSON.stringify({
        entries: ['198.51.100.7/32', '203.0.113.0/24', '2001:db8:1:2::/64'].map((cidr) => ({
          cidr,
          reason: 'credential stuffing',
          expiresAt: '2026-11-24T13:00:00.000Z',
        })),
      }),
    ],
    [
      'csv',
      [
        'cidr,expiresAt,reason',
        ...['198.51.100.7/32', '203.0.113.0/24', '2001:db8:1:2::/64'].map(
          (cidr) => `${cidr},2026-11-24T13:00:00.000Z,credential stuffing`,
        ),
        '',
      ].join('\n'),
    ],
  ];
  it.each(ROWS)('%s is as its readers want it', (format, text) => {
    expect(textOf(format, ...IDS)).toBe(text);
    expect(blockList(format, []).entries).toBe(0);
  });
  it('are all tried, and all can be configured', () => {
    expect(ROWS.map(([format]) => format).sort()).toEqual([...BLOCK_LIST_FORMATS].sort());
    expect([...CONFIGURABLE].sort()).toEqual([...BLOCK_LIST_FORMATS].sort());
  });
  it('leave out, and count, what their readers do not take', () => {
    const list = blockList('cloudflare', entriesOf(restriction('2001:db8::1'), restriction('198.51.100.7')));
    expect(list).toMatchObject({ entries: 1, leftOut: 1 });
    const many = Array.from({ length: 10_500 }, (_, i) =>
      restriction(`10.${i >> 8}.${i & 255}.1`, { expiresAt: NOW + 1_000 + i }),
    );
    const set = blockList('aws-waf-ipv4', entriesOf(...many));
    expect(set).toMatchObject({ entries: 10_000, leftOut: 500 });
    // Those that end first are missing.
    expect(set.text).not.toContain('"10.0.0.1/32"');
    expect(set.text).toContain('"10.40.0.1/32"');
  });
  it('let no reason write a line or a formula', () => {
    const nasty = entriesOf(restriction('198.51.100.7', { reason: '=cmd|calc\n10.0.0.0/8;\u2028' }));
    for (const format of BLOCK_LIST_FORMATS) {
      const { text } = blockList(format, nasty);
      expect(text.split('\n').filter((line) => line.startsWith('10.0.0.0'))).toEqual([]);
      expect(text).not.toMatch(/(?:^|,)=/m);
    }
  });
});
