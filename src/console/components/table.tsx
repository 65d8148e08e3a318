// A table of any length: only the rows in sight exist, and only their pages are asked for. j and k move, Enter opens, x selects.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useKeys } from '../keyboard.ts';
import { cameBack, go } from '../router.ts';
import { t } from '../words.ts';
import { Wait } from './states.tsx';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** A track of a CSS grid, such as `2fr` or `90px`. */
  readonly width: string;
  /** Left out on a phone. */
  readonly isLate?: boolean;
  readonly class?: string;
  readonly cell: (row: T) => ComponentChildren;
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly set: (ids: ReadonlySet<string>) => void;
}

/** Where tables were left, by their address. */
const left = new Map<string, { readonly top: number; readonly cursor: number }>();
const LEFT_MAX = 50;

const OVERSCAN = 8;
const NARROW = matchMedia('(max-width: 820px)');

export function Table<T>(props: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly total: number | undefined;
  readonly at: (index: number) => T | undefined;
  readonly idOf: (row: T) => string;
  readonly onShow?: (from: number, to: number) => void;
  readonly hrefOf?: (row: T) => string;
  readonly selection?: Selection;
  readonly rowHeight?: number;
  /** Pixels; without it the table reaches to the end of the window. */
  readonly heightMax?: number;
  readonly empty: ComponentChildren;
}) {
  const { columns, total, at, idOf, onShow, hrefOf, rowHeight = 46 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [cursor, setCursor] = useState(-1);
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  const [height, setHeight] = useState(600);
  const now = useRef({ address: '', top, cursor });
  now.current = { address: `${location.pathname}${location.search} ${props.label}`, top, cursor };
  useEffect(
    () => () => {
      const { address, ...where } = now.current;
      left.delete(address);
      if (left.size >= LEFT_MAX) left.delete(left.keys().next().value!);
      left.set(address, where);
    },
    [],
  );
  // On a phone there is room for what a row says, or for a box to tick it.
  const selection = isNarrow ? undefined : props.selection;
  useEffect(() => {
    const measure = (): void => {
      setNarrow(NARROW.matches);
      const box = scroller.current;
      if (box !== null) setHeight(Math.max(260, innerHeight - box.getBoundingClientRect().top - scrollY - 24));
    };
    measure();
    const before = cameBack() ? left.get(now.current.address) : undefined;
    if (before !== undefined && scroller.current !== null) {
      scroller.current.scrollTop = before.top;
      setCursor(before.cursor);
    }
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, [total === undefined]);
  const rows = total ?? 0;
  const from = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const to = Math.min(rows - 1, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  useEffect(() => {
    if (to >= from) onShow?.(from, to);
  }, [from, to, onShow]);
  const move = (by: number): void => {
    const next = Math.max(0, Math.min(rows - 1, cursor + by));
    setCursor(next);
    const box = scroller.current!;
    const y = next * rowHeight;
    if (y < box.scrollTop) box.scrollTop = y;
    else if (y + rowHeight > box.scrollTop + box.clientHeight - 36)
      box.scrollTop = y + rowHeight - box.clientHeight + 36;
  };
  const select = (row: T): void => {
    const ids = new Set(selection!.ids);
    if (!ids.delete(idOf(row))) ids.add(idOf(row));
    selection!.set(ids);
  };
  const atCursor = cursor === -1 ? undefined : at(cursor);
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...(atCursor === undefined || hrefOf === undefined ? {} : { Enter: () => go(hrefOf(atCursor)) }),
    ...(atCursor === undefined || selection === undefined ? {} : { x: () => select(atCursor) }),
  });
  if (total === undefined)
    return (
      <div class="panel">
        <div class="body">
          <Wait lines={8} />
        </div>
      </div>
    );
  if (total === 0) return <div class="panel">{props.empty}</div>;
  const shown = columns.filter((column) => !(isNarrow && column.isLate === true));
  const tracks = [...(selection === undefined ? [] : ['22px']), ...shown.map(({ width }) => width)];
  const template = { gridTemplateColumns: tracks.join(' ') };
  const lines: JSX.Element[] = [];
  for (let index = from; index <= to; index++) {
    const row = at(index);
    lines.push(
      <div
        key={row === undefined ? `row ${index}` : idOf(row)}
        role="row"
        aria-rowindex={index + 2}
        class={`line ${index === cursor ? 'at' : ''} ${hrefOf === undefined ? '' : 'opens'}`}
        style={{ ...template, height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
        onClick={(event) => {
          if (row === undefined || hrefOf === undefined) return;
          if ((event.target as Element).closest('a, button, input, label') || getSelection()?.toString()) return;
          go(hrefOf(row));
        }}
      >
        {row !== undefined && selection !== undefined && (
          <span role="cell">
            <input
              type="checkbox"
              aria-label={t('table.select')}
              checked={selection.ids.has(idOf(row))}
              onChange={() => select(row)}
            />
          </span>
        )}
        {row !== undefined &&
          shown.map((column) => (
            <div role="cell" key={column.key} class={column.class ?? ''}>
              {column.cell(row)}
            </div>
          ))}
      </div>,
    );
  }
  return (
    <div class="panel table">
      <div
        class="scroll"
        ref={scroller}
        role="table"
        aria-label={props.label}
        aria-rowcount={rows + 1}
        tabIndex={0}
        style={{ maxHeight: `${props.heightMax ?? height}px` }}
        onKeyDown={(event) => {
          const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -rows, End: rows };
          const by = steps[event.key];
          // Elsewhere these scroll the page, or move in a field.
          if (by === undefined || event.target !== event.currentTarget) return;
          event.preventDefault();
          move(by);
        }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div role="rowgroup">
          <div role="row" class="head" style={template}>
            {selection !== undefined && (
              <span role="columnheader">
                <span class="hidden-text">{t('table.select')}</span>
              </span>
            )}
            {shown.map((column) => (
              <div
                role="columnheader"
                key={column.key}
                class={(column.class ?? '').match(/\b(?:right|apart)\b/)?.[0] ?? ''}
              >
                {column.title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" class="sheet" style={{ height: `${rows * rowHeight}px` }}>
          {lines}
        </div>
      </div>
    </div>
  );
}
