// A period as one HTML file that asks for nothing from anywhere: for a manager's screen, and for paper.
import { SEVERITIES } from '../core/finding.ts';
import { FAMILIES } from '../core/incident.ts';
import { type Bar, bars, timeline } from './charts.ts';
import type { ReportContents, ReportedIncident } from './contents.ts';
import { dataMap } from './data-map.ts';
import { inKorean } from './in-korean.ts';
import { escaped, prose, table } from './markup.ts';
import { STYLE } from './style.ts';
import { type Language, type Words, wordsOf } from './words.ts';

const INCIDENTS_SHOWN_MAX = 20;
const ROWS_MAX = 12;
const OWASP: readonly string[] = Array.from({ length: 10 }, (_, i) => `API${i + 1}:2023`);

export function reportHtml(given: ReportContents, language: Language): string {
  const words = wordsOf(language);
  const contents = language === 'ko' ? inKorean(given) : given;
  const sections = [
    summary(contents, words),
    section(words.traffic, traffic(contents, words)),
    `<div class="two">${section(words.bySeverity, severities(contents, words))}${section(words.byFamily, families(contents, words))}</div>`,
    section(words.worst, worst(contents, words)),
    section(words.attackers, actors(contents, words)),
    section(words.dataMap, dataMap(contents.flows, words)),
    section(words.posture, posture(contents, words)),
    section(words.riskiest, endpoints(contents, words)),
    `<div class="two">${section(words.owasp, owasp(contents, words))}${section(words.coverage, coverage(contents, words))}</div>`,
  ];
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(words.title)}</title><style>${STYLE}</style></head><body><main>
<header class="cover"><p class="brand">Sallyport</p><h1>${escaped(words.title)}</h1>
<dl>${named(words.period, `${day(contents.since)} – ${day(contents.until)} UTC`)}${named(words.gateway, escaped(contents.gateway))}${named(words.made, `${minute(contents.until)} UTC`)}</dl></header>
${sections.join('\n')}
</main></body></html>
`;
}

function named(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function summary(
  { incidents, incidentsTotal, actors, traffic: buckets, endpointsTotal }: ReportContents,
  words: Words,
): string {
  const sum = (of: (one: (typeof buckets)[number]) => number): number => buckets.reduce((all, one) => all + of(one), 0);
  const open = incidents.filter(isOpen).length;
  const figures: [string, number, string, string][] = [
    [words.requests, sum((one) => one.received), '', ''],
    [words.blocked, sum((one) => one.blocked), 'blocked', ''],
    [words.masked, sum((one) => one.masked), 'masked', ''],
    [words.incidents, incidentsTotal, 'high', `${number(open)} ${words.open}`],
    [
      words.succeeded,
      incidents.filter(({ result, module }) => result === 'succeeded' && module !== 'posture').length,
      'critical',
      '',
    ],
    [words.attackers, actors.length, 'medium', ''],
    [words.endpoints, endpointsTotal, '', ''],
  ];
  const would = sum((one) => one.wouldAct);
  const note = would === 0 ? '' : `<p class="note">${words.wouldAct}: <b>${number(would)}</b></p>`;
  const items = figures.map(
    ([name, value, kind, more]) =>
      `<li class="${kind}"><b>${number(value)}</b><span>${escaped(name)}</span>${more === '' ? '' : `<small>${escaped(more)}</small>`}</li>`,
  );
  return `<section><h2>${words.summary}</h2><ul class="figures">${items.join('')}</ul>${note}</section>`;
}

function traffic({ traffic: buckets, since, until }: ReportContents, words: Words): string {
  const legend = (['passed', 'tagged', 'masked', 'blocked'] as const)
    .map((kind) => `<li class="${kind}">${words[kind]}</li>`)
    .join('');
  const isLonger = until - since > 8 * 86_400_000;
  return `${timeline(buckets, words.traffic)}<ul class="legend">${legend}</ul>${isLonger ? `<p class="note">${words.trafficNote}</p>` : ''}`;
}

function severities({ incidents }: ReportContents, words: Words): string {
  const data = [...SEVERITIES].reverse().map((severity): Bar => {
    const value = incidents.filter((one) => one.severity === severity).length;
    return { name: words.severities[severity], value, kind: severity };
  });
  return bars(data, words.bySeverity);
}

function families({ incidents }: ReportContents, words: Words): string {
  const data = FAMILIES.map((family): Bar => {
    const value = incidents.filter((one) => one.family === family).length;
    return { name: words.families[family], value, kind: 'plain' };
  });
  return bars(data, words.byFamily);
}

function owasp({ incidents }: ReportContents, words: Words): string {
  const data = OWASP.map((name, i): Bar => {
    const value = incidents.filter((one) => one.owasp.includes(name)).length;
    return { name: `${name.slice(0, -5)} ${words.risks[i]}`, value, kind: 'plain' };
  });
  return bars(data, words.owasp);
}

function worst({ incidents, incidentsTotal }: ReportContents, words: Words): string {
  // Posture has a section of its own.
  const all = incidents.filter(({ module }) => module !== 'posture');
  const chosen = ranked(all).slice(0, INCIDENTS_SHOWN_MAX);
  if (chosen.length === 0) return none(words);
  const rows = chosen.map((one) => [
    badge(one, words),
    `<b>${escaped(one.title)}</b><p>${prose(one.whatHappened)}</p>${one.endpoint === '*' ? '' : `<code>${escaped(one.endpoint)}</code>`}`,
    number(one.count),
    `<span class="${one.result}">${words.results[one.result]}</span>`,
    words.statuses[one.status],
    minute(one.lastSeen),
  ]);
  const more = all.length - chosen.length + incidentsTotal - incidents.length;
  const heads = [words.severity, words.what, words.times, words.result, words.status, words.lastSeen];
  return `${table(heads, rows, 'incidents')}${more > 0 ? `<p class="note">+ ${number(more)} ${words.more}</p>` : ''}`;
}

function actors({ actors: suspects }: ReportContents, words: Words): string {
  if (suspects.length === 0) return none(words);
  const rows = suspects
    .slice(0, ROWS_MAX)
    .map((one) => [
      `<code>${escaped(one.key)}</code>`,
      `<span class="meter"><i style="width:${Math.min(100, Math.max(0, one.confidencePercent))}%"></i></span> ${one.confidencePercent} %`,
      escaped(one.country ?? ''),
      number(one.incidents),
      number(one.transactions),
      number(one.blocked),
      minute(one.lastSeen),
    ]);
  const heads = [
    words.actor,
    words.confidence,
    words.country,
    words.incidents,
    words.requests,
    words.blocked,
    words.lastSeen,
  ];
  return table(heads, rows, 'actors');
}

function posture({ incidents }: ReportContents, words: Words): string {
  const open = ranked(incidents.filter((one) => one.module === 'posture' && isOpen(one))).slice(0, INCIDENTS_SHOWN_MAX);
  if (open.length === 0) return none(words);
  const rows = open.map((one) => [
    badge(one, words),
    `<b>${escaped(one.title)}</b><p>${prose(one.whatHappened)}</p>`,
    prose(one.whatToDo),
  ]);
  return table([words.severity, words.what, words.toDo], rows, 'posture');
}

function endpoints({ endpoints: all }: ReportContents, words: Words): string {
  const riskiest = [...all].sort((a, b) => b.score - a.score).slice(0, ROWS_MAX);
  if (riskiest.length === 0) return none(words);
  const rows = riskiest.map(({ id, score, why, tags }) => [
    `<b class="score ${score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low'}">${score.toFixed(1)}</b>`,
    `<code>${escaped(id)}</code>${tags.map((tag) => ` <span class="tag">${escaped(tag)}</span>`).join('')}`,
    why.map((one) => escaped(one)).join('<br>'),
  ]);
  return table([words.risk, words.endpoint, words.why], rows, 'endpoints');
}

function coverage({ coverage: counts, uninspectedReasons }: ReportContents, words: Words): string {
  const data: Bar[] = [
    { name: words.inspected, value: counts.inspected, kind: 'passed' },
    { name: words.uninspected, value: counts.uninspected, kind: 'medium' },
    { name: words.refused, value: counts.refused, kind: 'blocked' },
  ];
  const reasons = uninspectedReasons
    .slice(0, 6)
    .map(([reason, count]) => `<li><code>${escaped(reason)}</code> ${number(count)}</li>`);
  const list =
    reasons.length === 0 ? '' : `<p class="note">${words.reasons}</p><ul class="reasons">${reasons.join('')}</ul>`;
  return `${bars(data, words.coverage)}${list}`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escaped(title)}</h2>${body}</section>`;
}

function none(words: Words): string {
  return `<p class="note">${escaped(words.none)}</p>`;
}

function badge({ severity }: ReportedIncident, words: Words): string {
  return `<span class="badge ${severity}">${words.severities[severity]}</span>`;
}

function isOpen({ status }: ReportedIncident): boolean {
  return status === 'open' || status === 'in-progress';
}

/** Open before closed, grave before light, what succeeded before what was tried. */
function ranked(incidents: readonly ReportedIncident[]): ReportedIncident[] {
  const rank = (one: ReportedIncident): number =>
    (isOpen(one) ? 100 : 0) + SEVERITIES.indexOf(one.severity) * 10 + (one.result === 'succeeded' ? 1 : 0);
  return [...incidents].sort((a, b) => rank(b) - rank(a) || b.lastSeen - a.lastSeen);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
