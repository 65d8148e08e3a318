// The report as one HTML file that asks for nothing from anywhere. Everything that came from the target is escaped.
import type { AuditReport } from '../audit.ts';
import { countsOf } from './text.ts';

export function asHtml(report: AuditReport): string {
  const counts = countsOf(report);
  const when = new Date(report.startedAt).toISOString().replace('T', ' ').slice(0, 16);
  const findings = report.findings.map(
    ({ severity, title, place, what, why, whatToDo, owasp, cwe, evidence }) => `<section class="finding ${severity}">
<header><span class="severity">${severity}</span><h2>${escaped(title)}</h2><code>${escaped(place)}</code></header>
<p>${escaped(what)}</p><p class="quiet">${escaped(why)}</p>
<p><strong>What to do.</strong> ${escaped(whatToDo)}</p>
<pre>${evidence.map(escaped).join('\n')}</pre><footer>${escaped([...owasp, cwe].join(' · '))}</footer></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Audit of ${escaped(report.target)}</title><style>${STYLE}</style></head><body><main>
<h1>Audit of ${escaped(report.target)}</h1>
<p class="quiet">${when} UTC · ${report.requests} requests in ${Math.round(report.durationMs / 1_000)} s · ${report.operations} operations known${
    report.stopped === undefined ? '' : ` · ended early: ${escaped(report.stopped)}`
  }</p>
<ul class="counts">${counts.map(([severity, count]) => `<li class="${severity}"><b>${count}</b>${severity}</li>`).join('')}</ul>
${findings.length === 0 ? '<p class="none">Nothing was found.</p>' : findings.join('\n')}
</main></body></html>
`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`).replace(/[^\P{C}\n]/gu, '·');
}

const STYLE = `
:root{--critical:#8b1e3f;--high:#c0392b;--medium:#c77700;--low:#2f6f9f;--info:#6b7280}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#1f2430;background:#f6f7f9}
main{max-width:860px;margin:0 auto;padding:40px 24px}h1{font-size:26px;margin:0 0 4px;overflow-wrap:anywhere}
.quiet{color:#5b6270}.counts{display:flex;gap:10px;list-style:none;padding:0;margin:24px 0}
.counts li{flex:1;background:#fff;border:1px solid #e3e6eb;border-top:3px solid var(--c);border-radius:6px;padding:10px 12px;color:#5b6270}
.counts b{display:block;font-size:24px;color:#1f2430}
.finding{background:#fff;border:1px solid #e3e6eb;border-left:4px solid var(--c);border-radius:6px;padding:16px 20px;margin:14px 0;break-inside:avoid}
.finding header{display:flex;flex-wrap:wrap;gap:10px;align-items:baseline}h2{font-size:17px;margin:0}
.severity{background:var(--c);color:#fff;border-radius:3px;padding:1px 7px;font-size:12px;text-transform:uppercase;letter-spacing:.04em}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:#f6f7f9;border-radius:4px;padding:10px 12px;margin:10px 0}p{margin:8px 0}footer{color:#5b6270;font-size:13px}
.critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}.low{--c:var(--low)}.info{--c:var(--info)}
@media print{body{background:#fff}main{padding:0}.severity{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;
