// Charts as inline SVG: bars and one timeline. Numbers in, markup out; colours come from the style sheet by class.
import type { TrafficBar } from './contents.ts';
import { escaped } from './markup.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Class of its colour. */
  readonly kind: string;
}

const BAR_HEIGHT = 22;
const BAR_GAP = 8;
const NAMES_WIDTH = 170;
const BARS_WIDTH = 480;
/** For eleven digits with their commas. */
const VALUES_WIDTH = 105;

/** One bar below the other, with names and values. */
export function bars(data: readonly Bar[], label: string): string {
  const max = Math.max(1, ...data.map(({ value }) => value));
  const height = data.length * (BAR_HEIGHT + BAR_GAP);
  const rows = data.map(({ name, value, kind }, i) => {
    const y = i * (BAR_HEIGHT + BAR_GAP);
    const width = value === 0 ? 0 : Math.max(2, (value / max) * (BARS_WIDTH - NAMES_WIDTH - VALUES_WIDTH));
    const middle = y + BAR_HEIGHT / 2 + 5;
    return `<text x="${NAMES_WIDTH - 10}" y="${middle}" text-anchor="end">${escaped(name)}</text>
<rect class="${kind}" x="${NAMES_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>
<text class="value" x="${(NAMES_WIDTH + width + 8).toFixed(1)}" y="${middle}">${value.toLocaleString('en')}</text>`;
  });
  return `<svg viewBox="0 0 ${BARS_WIDTH} ${height}" role="img" aria-label="${escaped(label)}">${rows.join('\n')}</svg>`;
}

const WIDTH = 1_000;
const HEIGHT = 220;
const LEFT = 56;
const BOTTOM = 26;
const COLUMNS_MAX = 84;

/** Columns over time: what passed, and on top of it what was tagged, masked and blocked. */
export function timeline(traffic: readonly TrafficBar[], label: string): string {
  const columns = merged(traffic);
  const max = niceMax(Math.max(2, ...columns.map(({ received }) => received)));
  const plot = HEIGHT - BOTTOM - 8;
  const step = (WIDTH - LEFT) / Math.max(columns.length, 1);
  const y = (value: number): number => 8 + plot - (value / max) * plot;
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * max).toFixed(1);
    const value = Math.round(share * max).toLocaleString('en');
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end">${value}</text>`;
  });
  const marks = columns.map((column, i) => {
    const x = (LEFT + i * step + step * 0.1).toFixed(1);
    let from = 0;
    const passed = column.received - column.tagged - column.masked - column.blocked;
    const parts = [
      ['passed', Math.max(0, passed)],
      ['tagged', column.tagged],
      ['masked', column.masked],
      ['blocked', column.blocked],
    ] as const;
    return parts
      .map(([kind, value]) => {
        if (value === 0) return '';
        const top = y(from + value);
        const height = y(from) - top;
        from += value;
        return `<rect class="${kind}" x="${x}" y="${top.toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${Math.max(height, 0.8).toFixed(1)}"/>`;
      })
      .join('');
  });
  const ticks = ticksOf(columns).map(
    ([i, text]) =>
      `<text x="${(LEFT + i * step + step / 2).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${text}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(label)}">${[...grid, ...marks, ...ticks].join('\n')}</svg>`;
}

function merged(traffic: readonly TrafficBar[]): TrafficBar[] {
  const size = Math.ceil(traffic.length / COLUMNS_MAX);
  const columns: TrafficBar[] = [];
  for (let i = 0; i < traffic.length; i += size) {
    const some = traffic.slice(i, i + size);
    const sum = (of: (one: TrafficBar) => number): number => some.reduce((all, one) => all + of(one), 0);
    columns.push({
      at: some[0]!.at,
      received: sum((one) => one.received),
      tagged: sum((one) => one.tagged),
      masked: sum((one) => one.masked),
      blocked: sum((one) => one.blocked),
      wouldAct: sum((one) => one.wouldAct),
    });
  }
  return columns;
}

/** Six or seven, as days when they are far apart and as times when they are not. */
function ticksOf(columns: readonly TrafficBar[]): [number, string][] {
  const every = Math.max(1, Math.round(columns.length / 6));
  const span = (columns.at(-1)?.at ?? 0) - (columns[0]?.at ?? 0);
  return columns.flatMap(({ at }, i): [number, string][] => {
    if (i % every !== Math.floor(every / 2)) return [];
    const text = new Date(at).toISOString();
    return [[i, span > 36 * 3_600_000 ? text.slice(5, 10) : text.slice(11, 16)]];
  });
}

/** 1, 2 or 5 times a power of ten. */
function niceMax(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10);
}
