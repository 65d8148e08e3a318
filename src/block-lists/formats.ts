// Block lists as other systems read them. Each format is a pure function of the entries; the vendor's bounds are kept by leaving
// entries out, and how many were left out is said.

import { csvCell } from './csv-cell.ts';
import type { BlockEntry } from './entries.ts';

/** AWS WAF: addresses of one IP set (AWS WAF quotas). */
const AWS_ADDRESSES_MAX = 10_000;
/** Cloudflare: items of one list by one request, and how narrow IPv6 may be (Lists API, "IP lists"). */
const CLOUDFLARE_ITEMS_MAX = 10_000;
const CLOUDFLARE_V6_PREFIX_MAX = 64;
const CLOUDFLARE_COMMENT_CHARACTERS_MAX = 500;
/** Akamai: elements of one network list. */
const AKAMAI_ELEMENTS_MAX = 50_000;

export interface BlockList {
  readonly text: string;
  readonly contentType: string;
  readonly entries: number;
  /** Beyond what the format or the system takes. */
  readonly leftOut: number;
}

interface Format {
  readonly contentType: string;
  readonly takes: (entry: BlockEntry) => boolean;
  readonly entriesMax: number;
  readonly text: (entries: readonly BlockEntry[]) => string;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
const any = (): boolean => true;

const FORMATS = {
  /** One address or range a line; a single address has no prefix length. */
  plain: { contentType: TEXT, takes: any, entriesMax: Infinity, text: (all) => lines(all.map(bare)) },
  json: {
    contentType: JSON_TYPE,
    takes: any,
    entriesMax: Infinity,
    text: (all) =>
      json({ entries: all.map(({ cidr, reason, expiresAt }) => ({ cidr, reason, expiresAt: iso(expiresAt) })) }),
  },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    takes: any,
    entriesMax: Infinity,
    text: (all) =>
      lines([
        'cidr,expiresAt,reason',
        ...all.map(({ cidr, expiresAt, reason }) => [cidr, iso(expiresAt), reason].map(csvCell).join(',')),
      ]),
  },
  /** `include` it in http, server or location: ngx_http_access_module. */
  nginx: {
    contentType: TEXT,
    takes: any,
    entriesMax: Infinity,
    text: (all) => lines(all.map((one) => `deny ${bare(one)};`)),
  },
  /** `acl blocked src -f FILE`: HAProxy configuration manual §7.1. */
  'haproxy-acl': {
    contentType: TEXT,
    takes: any,
    entriesMax: Infinity,
    text: (all) => lines(all.map(({ cidr }) => cidr)),
  },
  /** `src,map_ip(FILE)`: key, space, value to the end of the line. */
  'haproxy-map': {
    contentType: TEXT,
    takes: any,
    entriesMax: Infinity,
    text: (all) => lines(all.map(({ cidr, expiresAt }) => `${cidr} blocked-until-${iso(expiresAt)}`)),
  },
  /** Input of `aws wafv2 update-ip-set --cli-input-json`, besides Name, Scope, Id and LockToken; an IP set has one version. */
  'aws-waf-ipv4': { contentType: JSON_TYPE, takes: ({ isV4 }) => isV4, entriesMax: AWS_ADDRESSES_MAX, text: awsText },
  'aws-waf-ipv6': { contentType: JSON_TYPE, takes: ({ isV4 }) => !isV4, entriesMax: AWS_ADDRESSES_MAX, text: awsText },
  /** Body of `PUT /accounts/{account}/rules/lists/{list}/items`. */
  cloudflare: {
    contentType: JSON_TYPE,
    takes: ({ isV4, prefix }) => isV4 || prefix <= CLOUDFLARE_V6_PREFIX_MAX,
    entriesMax: CLOUDFLARE_ITEMS_MAX,
    text: (all) =>
      json(
        all.map((one) => ({
          ip: bare(one),
          comment: `${one.reason} (until ${iso(one.expiresAt)})`.slice(0, CLOUDFLARE_COMMENT_CHARACTERS_MAX),
        })),
      ),
  },
  /** The `list` of `PUT /network-list/v2/network-lists/{list}`, or the whole body of its `/append`. */
  akamai: {
    contentType: JSON_TYPE,
    takes: any,
    entriesMax: AKAMAI_ELEMENTS_MAX,
    text: (all) => json({ type: 'IP', list: all.map(bare) }),
  },
} as const satisfies Readonly<Record<string, Format>>;

export type BlockListFormat = keyof typeof FORMATS;

export const BLOCK_LIST_FORMATS = Object.keys(FORMATS) as BlockListFormat[];

export function blockList(format: BlockListFormat, entries: readonly BlockEntry[]): BlockList {
  const { contentType, takes, entriesMax, text }: Format = FORMATS[format];
  const taken = entries.filter(takes);
  // Of too many, those stay that are blocked longest.
  const kept =
    taken.length <= entriesMax ? taken : [...taken].sort((a, b) => b.expiresAt - a.expiresAt).slice(0, entriesMax);
  const isOtherVersion = format === 'aws-waf-ipv4' || format === 'aws-waf-ipv6';
  const leftOut = (isOtherVersion ? taken.length : entries.length) - kept.length;
  return { text: text(kept), contentType, entries: kept.length, leftOut };
}

function awsText(all: readonly BlockEntry[]): string {
  return json({ Addresses: all.map(({ cidr }) => cidr) });
}

function bare({ cidr, isV4, prefix }: BlockEntry): string {
  return prefix === (isV4 ? 32 : 128) ? cidr.slice(0, cidr.indexOf('/')) : cidr;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
