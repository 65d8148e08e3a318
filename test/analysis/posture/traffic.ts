// Traffic of one place, made for the checks: a case names only what it is about, and the rest is an ordinary, careful API.
import { Analysis } from '../../../src/analysis/analysis.ts';
import type { PolicyDocument } from '../../../src/core/document.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { Incident } from '../../../src/core/incident.ts';
import type { Observation, ObservedField } from '../../../src/core/observation.ts';
import type { TransactionRecord } from '../../../src/core/record.ts';
import { formatOf } from '../../../src/core/text-format.ts';
import { templateByClasses } from '../../../src/inspection/endpoints.ts';
import { shippedPolicies } from '../../support/shipped-policies.ts';
import { hashed } from '../world.ts';

const shipped = shippedPolicies().documents;
const HOST = 'api.example.com';
export const START = Date.UTC(2026, 10, 2);

export interface Told {
  readonly method?: string;
  /** `#` is replaced by the number of the transaction. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Undefined is a bearer token. */
  readonly authentication?: Observation['authentication'];
  readonly client?: string;
  readonly isEncrypted?: boolean;
  readonly mediaType?: string;
  readonly requestMediaType?: string;
  readonly requestFields?: readonly string[];
  readonly data?: Readonly<Record<string, number>>;
  /** On top of what a careful API sends; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly cookies?: readonly string[];
  readonly findings?: readonly Finding[];
  readonly action?: TransactionRecord['action'];
  readonly account?: string;
  readonly bytes?: number;
  readonly host?: string;
}

const CAREFUL: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'self'",
  'cache-control': 'no-store',
};

export class Traffic {
  now = START;
  readonly analysis: Analysis;
  #sent = 0;

  constructor(documents: readonly PolicyDocument[] = []) {
    const own = new Set(documents.map(({ kind, id }) => `${kind} ${id}`));
    const rest = shipped.filter(({ kind, id }) => !own.has(`${kind} ${id}`));
    this.analysis = new Analysis({ version: 'test', documents: [...rest, ...documents] }, { onEvent: () => {} });
  }

  send(times: number, told: Told = {}): void {
    for (let i = 0; i < times; i++) {
      this.now += 100;
      this.analysis.take(this.record(told));
    }
  }

  /** Incidents of posture by detection. */
  found(isLive = true): Map<string, Incident> {
    const { items } = this.analysis.incidents({ module: 'posture' }, 0, 500);
    const wanted = items.filter(({ status }) => !isLive || status === 'open' || status === 'in-progress');
    return new Map(wanted.map((incident) => [incident.detection, this.analysis.incident(incident.id)!]));
  }

  ids(): string[] {
    return [...this.found().keys()].sort();
  }

  record(told: Told): TransactionRecord {
    this.#sent += 1;
    const path = (told.path ?? '/api/things').replaceAll('#', String(this.#sent));
    const method = told.method ?? 'GET';
    const segments = path.split('/').slice(1);
    const host = told.host ?? HOST;
    const client = told.client ?? `203.0.113.${this.#sent % 200}`;
    return {
      id: `t${this.#sent}`,
      receivedAt: this.now,
      durationMs: 12,
      upstreamMs: 10,
      clientAddress: client,
      method,
      host,
      path,
      endpoint: `${method} ${host}${templateByClasses(segments)}`,
      route: 'api',
      mode: 'monitor',
      status: told.status ?? 200,
      requestBodyBytes: 0,
      responseBodyBytes: told.bytes ?? 500,
      actors: [{ kind: 'ip', id: client, isVerified: true }],
      action: told.action ?? 'allow',
      enforced: told.action ?? 'allow',
      rule: 'test',
      confidence: 0,
      findings: told.findings ?? [],
      coverage: 'inspected',
      uninspected: [],
      fault: undefined,
      policyVersion: 'test',
      observation: this.#observation(told, segments),
    };
  }

  #observation(told: Told, segments: readonly string[]): Observation {
    const headers = Object.entries({ ...CAREFUL, ...told.headers }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return {
      authentication: told.authentication ?? ['bearer'],
      isCredentialInUrl: false,
      userAgent: 'test',
      country: undefined,
      network: undefined,
      isEncrypted: told.isEncrypted ?? true,
      upgrade: undefined,
      graphqlOperation: undefined,
      claims: [],
      query: Object.entries(told.query ?? {}).map(([name, value]) => field(`/${name}`, value)),
      path: segments.map((segment, i) => field(`/${i}`, segment)),
      request:
        told.requestMediaType === undefined && told.requestFields === undefined
          ? undefined
          : {
              mediaType: told.requestMediaType ?? 'application/json',
              fields: (told.requestFields ?? []).map((name) => field(`/${name}`, 'x')),
              records: 1,
              dataTypes: [],
              isTruncated: false,
            },
      response: {
        mediaType: told.mediaType ?? 'application/json',
        fields: [],
        records: 1,
        dataTypes: Object.entries(told.data ?? {}),
        isTruncated: false,
      },
      account: told.account === undefined ? undefined : hashed(told.account),
      responseHeaders: [...headers, ...(told.cookies ?? []).map((line): [string, string] => ['set-cookie', line])],
    };
  }
}

export function answerFinding(detection: string): Finding {
  return {
    detection,
    phase: 'response-body',
    location: 'body',
    pointer: '',
    severity: 'medium',
    confidence: 0.9,
    what: 'a stack trace of Node.js',
    action: 'tag',
    policy: { kind: 'detector', id: detection, file: 'test.yaml', line: 1 },
    owasp: [],
  };
}

function field(pointer: string, value: string): ObservedField {
  return {
    pointer,
    type: 'string',
    format: formatOf(value),
    length: value.length,
    number: undefined,
    hash: hashed(value),
    word: undefined,
  };
}
