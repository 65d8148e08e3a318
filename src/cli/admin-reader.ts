// Reads a running gateway through its admin API, as the console does: for the audit's inventory and for reports.
import { request } from 'undici';
import type { ActorProfile } from '../core/actor-profile.ts';
import type { Incident } from '../core/incident.ts';
import type { LearnedEndpoint } from '../core/learned-endpoint.ts';
import type { TransactionRecord } from '../core/record.ts';
import type { ReportedFlow, TrafficBar } from '../report/contents.ts';

const PAGE = 500;

export type ListedIncident = Omit<Incident, 'evidence' | 'history' | 'comments'>;
export type ListedActor = Pick<
  ActorProfile,
  'key' | 'confidencePercent' | 'country' | 'network' | 'firstSeen' | 'lastSeen' | 'transactions' | 'blocked'
> & { readonly incidents: number };
export type ListedEndpoint = Omit<LearnedEndpoint, 'query' | 'request' | 'responses'> & {
  readonly tags: readonly string[];
  readonly risk: {
    readonly score: number;
    readonly addends: readonly { readonly of: string; readonly why: string; readonly points: number }[];
  };
};

export interface AdminReader {
  incidents(since: number, max: number): Promise<{ readonly total: number; readonly items: readonly ListedIncident[] }>;
  actors(confidenceMin: number): Promise<{ readonly total: number; readonly items: readonly ListedActor[] }>;
  endpoints(): Promise<{ readonly total: number; readonly items: readonly ListedEndpoint[] }>;
  endpoint(id: string): Promise<LearnedEndpoint>;
  dataFlows(): Promise<readonly ReportedFlow[]>;
  traffic(span: 'hour' | 'day' | 'week'): Promise<readonly TrafficBar[]>;
  transactions(): Promise<readonly TransactionRecord[]>;
  metrics(): Promise<string>;
}

/** @throws Error with a reason for people, at the first call */
export function readAdmin(admin: string, token = process.env.SALLYPORT_ADMIN_TOKEN): AdminReader {
  if (!URL.canParse(admin)) throw new Error(`\`${admin}\` is no URL; write it as http://localhost:9090`);
  if (token === undefined) throw new Error('the admin API needs a token: --token, or SALLYPORT_ADMIN_TOKEN');
  const text = async (path: string): Promise<string> => {
    const { statusCode, body } = await request(new URL(path, admin), { headers: { authorization: `Bearer ${token}` } });
    const said = await body.text();
    if (statusCode !== 200) throw new Error(`${admin}${path.split('?', 1)[0]} answers ${statusCode}`);
    return said;
  };
  const json = async <T>(path: string): Promise<T> => JSON.parse(await text(`/api/v1${path}`)) as T;
  type List<T> = { readonly total: number; readonly items: readonly T[] };
  const all = async <T>(path: string, max: number): Promise<List<T>> => {
    const items: T[] = [];
    let total = 0;
    for (let offset = 0; offset < max; offset += PAGE) {
      const page = await json<List<T>>(`${path}${path.includes('?') ? '&' : '?'}offset=${offset}&limit=${PAGE}`);
      items.push(...page.items);
      total = page.total;
      if (page.items.length < PAGE) break;
    }
    return { total, items };
  };
  return {
    incidents: (since, max) => all(`/incidents?since=${encodeURIComponent(new Date(since).toISOString())}`, max),
    actors: (confidenceMin) => all(`/actors?confidenceMin=${confidenceMin}`, PAGE),
    endpoints: () => all('/endpoints', 10_000),
    endpoint: (id) => json(`/endpoints/${encodeURIComponent(id)}`),
    dataFlows: async () => (await json<{ items: ReportedFlow[] }>('/data-flows')).items,
    traffic: async (span) => (await json<{ buckets: TrafficBar[] }>(`/traffic?span=${span}`)).buckets,
    transactions: async () => (await all<TransactionRecord>('/transactions', 2_000)).items,
    metrics: () => text('/metrics'),
  };
}
