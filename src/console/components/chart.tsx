// Stacked bars over time, drawn by uPlot, with a legend and the figures under the pointer. The same figures are a table for
// those who cannot see the picture.
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { clock, compact, dateTime, number } from '../format.ts';
import { language, repaint, theme } from '../preferences.ts';
import { useStore } from '../store.ts';

export interface Series {
  readonly key: string;
  readonly title: string;
  /** A colour token, such as `--block`. */
  readonly colour: string;
  readonly values: readonly number[];
}

const HEIGHT = 220;
/** What is counted has no halves. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 10 }, (_, i) => step * 10 ** i))
  .sort((a, b) => a - b);

export function StackedBars(props: {
  readonly label: string;
  /** Milliseconds since the epoch, evenly spaced. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly height?: number;
  readonly isCompact?: boolean;
}) {
  const { times, series, height = HEIGHT } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [under, setUnder] = useState<{ index: number; left: number } | undefined>();
  const look = `${useStore(theme)} ${useStore(repaint)} ${useStore(language)}`;
  const keys = series.map(({ key, title }) => `${key}=${title}`).join();
  const step = times.length > 1 ? times[1]! - times[0]! : 1_000;

  useEffect(() => {
    const element = box.current!;
    const styles = getComputedStyle(document.documentElement);
    const colour = (token: string): string => styles.getPropertyValue(token).trim();
    const font = `11px ${styles.getPropertyValue('--font')}`;
    const axis = { stroke: colour('--muted'), font, ticks: { show: false } };
    const bars = uPlot.paths.bars!({ size: [0.82, 60], align: 1 });
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        padding: [10, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: true, range: (_, min, max) => [min, max + step / 1_000] },
          y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: 70,
            values: (_, ticks) => ticks.map((tick) => tickText(tick * 1_000, step * times.length)),
          },
          {
            ...axis,
            grid: { stroke: colour('--line'), width: 1 },
            size: 46,
            incrs: WHOLE_STEPS,
            space: 34,
            values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? compact(tick) : '')),
          },
        ],
        series: [
          {},
          // The tallest sum is drawn first, so that each smaller one covers its part.
          ...series.map(({ colour: token }) => ({
            fill: colour(token),
            stroke: colour(token),
            width: 0,
            paths: bars,
            points: { show: false },
          })),
        ],
        hooks: {
          setCursor: [
            (self) => {
              const { idx, left } = self.cursor;
              setUnder(idx == null || left === undefined || left < 0 ? undefined : { index: idx, left: left + 46 });
            },
          ],
        },
      },
      stacked(times, series),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [look, keys, height, step, times.length]);

  useEffect(() => plot.current?.setData(stacked(times, series)), [times, series]);

  return (
    <figure class="stack tight">
      <div
        class="chart"
        ref={box}
        role="img"
        aria-label={`${props.label}: ${series.map(({ title, values }) => `${title} ${number(sum(values))}`).join(', ')}`}
      >
        {under !== undefined && times[under.index] !== undefined && (
          <div class="tooltip" style={placed(under.left, box.current?.clientWidth ?? 0)}>
            {dateTime(times[under.index]!)}
            {series.map(({ key, title, colour, values }) => (
              <div class="row" key={key}>
                <span class="swatch" style={{ background: `var(${colour})` }} />
                {title} <strong>{number(values[under.index] ?? 0)}</strong>
              </div>
            ))}
          </div>
        )}
      </div>
      {props.isCompact !== true && (
        <figcaption class="legend">
          {series.map(({ key, title, colour, values }) => (
            <span key={key}>
              <i class="swatch" style={{ background: `var(${colour})` }} />
              {title} <span class="numeric">{compact(sum(values))}</span>
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** Each series becomes the sum of itself and all after it. */
function stacked(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  const sums: number[][] = [];
  let below: readonly number[] = times.map(() => 0);
  for (const { values } of [...series].reverse()) {
    const level = below.map((one, i) => one + (values[i] ?? 0));
    sums.unshift(level);
    below = level;
  }
  return [times.map((at) => at / 1_000), ...sums];
}

function placed(left: number, width: number): Record<string, string> {
  return left > width / 2 ? { right: `${width - left + 12}px`, top: '8px' } : { left: `${left + 12}px`, top: '8px' };
}

function tickText(at: number, spanMs: number): string {
  const date = new Date(at);
  if (spanMs > 2 * 86_400_000) return date.toLocaleDateString(language.value, { month: 'short', day: 'numeric' });
  return clock(at).slice(0, 5);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}
