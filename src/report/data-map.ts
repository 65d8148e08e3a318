// Which sensitive data leaves where: data types across, endpoints down, the darker the more.
import type { ReportedFlow } from './contents.ts';
import { escaped } from './markup.ts';
import type { Words } from './words.ts';

const TYPES_MAX = 8;
const ENDPOINTS_MAX = 14;
const COLUMNS_SHADES = 5;
/** More than these leave less room for the names of endpoints. */
const WIDE_TYPES_MAX = 5;

export function dataMap(flows: readonly ReportedFlow[], words: Words): string {
  const leaving = flows.filter(({ out, tags }) => out > 0 && (tags.includes('sensitive') || tags.includes('pii')));
  if (leaving.length === 0) return `<p class="note">${escaped(words.none)}</p>`;
  const types = largest(leaving, ({ dataType }) => dataType, TYPES_MAX);
  const places = largest(leaving, ({ endpoint }) => endpoint, ENDPOINTS_MAX);
  const titles = new Map(leaving.map(({ dataType, title }) => [dataType, title]));
  const byPair = new Map(leaving.map((flow) => [`${flow.dataType} ${flow.endpoint}`, flow]));
  const max = Math.max(...leaving.map(({ out }) => out));
  const head = types.map((type) => `<th>${escaped(titles.get(type) ?? type)}</th>`).join('');
  const rows = places.map((place) => {
    const cells = types.map((type) => {
      const flow = byPair.get(`${type} ${place}`);
      if (flow === undefined) return '<td></td>';
      const shade = 1 + Math.round((Math.log(flow.out) / Math.max(Math.log(max), 1)) * (COLUMNS_SHADES - 1));
      const withheld = flow.withheld === 0 ? '' : ` <small>(${flow.withheld.toLocaleString('en')})</small>`;
      return `<td class="shade${shade}">${flow.out.toLocaleString('en')}${withheld}</td>`;
    });
    return `<tr><th><code>${escaped(place)}</code></th>${cells.join('')}</tr>`;
  });
  return `<table class="map${types.length > WIDE_TYPES_MAX ? ' many' : ''}"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>
<p class="note">${escaped(words.dataNote)}</p>`;
}

function largest(flows: readonly ReportedFlow[], keyOf: (flow: ReportedFlow) => string, max: number): string[] {
  const sums = new Map<string, number>();
  for (const flow of flows) sums.set(keyOf(flow), (sums.get(keyOf(flow)) ?? 0) + flow.out);
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, max)
    .map(([key]) => key);
}
