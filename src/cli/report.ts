// `sallyport report`: a period of a running gateway as one HTML file, read through its admin API.
import { writeFileSync } from 'node:fs';
import type { ReportContents } from '../report/contents.ts';
import { reportHtml } from '../report/html.ts';
import type { Language } from '../report/words.ts';
import { readAdmin } from './admin-reader.ts';

export interface ReportCommand {
  readonly since: string;
  readonly out: string;
  readonly lang: string;
  readonly admin: string;
  readonly token?: string;
}

const INCIDENTS_MAX = 10_000;
const SUSPECT_PERCENT_MIN = 20;
const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** Resolves with the exit code: 1 when the gateway cannot be read. */
export async function runReport(command: ReportCommand): Promise<number> {
  const until = Date.now();
  const since = sinceOf(command.since, until);
  if (since === undefined) {
    console.error(`\`${command.since}\` is no period; write 24h, 7d, 4w or a date as 2027-06-30`);
    return 1;
  }
  try {
    const contents = await contentsOf(command, since, until);
    writeFileSync(command.out, reportHtml(contents, command.lang as Language));
    console.log(
      `${contents.incidentsTotal} incidents, ${contents.endpointsTotal} endpoints, written to ${command.out}`,
    );
    return 0;
  } catch (error) {
    console.error(reasonOf(error, command.admin));
    return 1;
  }
}

export function sinceOf(text: string, until: number): number | undefined {
  const [, count, unit] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return until - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(at) && at < until ? at : undefined;
}

async function contentsOf({ admin, token }: ReportCommand, since: number, until: number): Promise<ReportContents> {
  const reader = readAdmin(admin, token);
  const length = until - since;
  const span = length <= UNIT_MS.h ? 'hour' : length <= UNIT_MS.d ? 'day' : 'week';
  const [incidents, actors, endpoints, flows, traffic, metrics] = await Promise.all([
    reader.incidents(since, INCIDENTS_MAX),
    reader.actors(SUSPECT_PERCENT_MIN),
    reader.endpoints(),
    reader.dataFlows(),
    reader.traffic(span),
    reader.metrics(),
  ]);
  return {
    gateway: new URL(admin).host,
    since,
    until,
    incidents: incidents.items,
    incidentsTotal: incidents.total,
    actors: actors.items
      .filter(({ lastSeen }) => lastSeen >= since)
      .sort((a, b) => b.confidencePercent - a.confidencePercent),
    endpoints: endpoints.items.map(({ id, risk, tags }) => ({
      id,
      score: risk.score,
      why: [...risk.addends].sort((a, b) => b.points - a.points).map(({ why, points }) => `${why} +${points}`),
      tags,
    })),
    endpointsTotal: endpoints.total,
    flows,
    traffic: traffic.filter(({ at }) => at >= since - UNIT_MS.h),
    coverage: {
      inspected: counterOf(metrics, 'sallyport_transactions_inspected_total'),
      uninspected: counterOf(metrics, 'sallyport_transactions_uninspected_total'),
      refused: counterOf(metrics, 'sallyport_transactions_refused_total'),
    },
    uninspectedReasons: labelled(metrics, 'sallyport_uninspected_reasons_total'),
  };
}

function counterOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

function labelled(metrics: string, name: string): [string, number][] {
  return metrics
    .split('\n')
    .flatMap((line): [string, number][] => {
      if (!line.startsWith(`${name}{`)) return [];
      const [, label, value] = /\{\w+="([^"]*)"\} (\S+)$/.exec(line) ?? [];
      return label === undefined ? [] : [[label, Number(value)]];
    })
    .sort((a, b) => b[1] - a[1]);
}

function reasonOf(error: unknown, admin: string): string {
  const { code, message } = error as { code?: string; message: string };
  return code === undefined ? message : `${admin} cannot be reached (${code})`;
}
