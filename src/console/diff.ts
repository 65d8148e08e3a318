// The difference of two texts by lines: Myers' greedy algorithm (1986), bounded; texts that differ too much are shown whole.
export interface DiffLine {
  readonly kind: 'same' | 'plus' | 'minus' | 'gap';
  readonly text: string;
}

const EDITS_MAX = 1_500;
const AROUND = 3;

export function diffOf(before: string, after: string): readonly DiffLine[] {
  return shortened(edits(before.split('\n'), after.split('\n')));
}

function edits(a: readonly string[], b: readonly string[]): DiffLine[] {
  const max = Math.min(EDITS_MAX, a.length + b.length);
  const trace: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= max; d++) {
    trace.push(new Map(furthest));
    const next = new Map(furthest);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) return walkedBack(a, b, trace, d);
    }
    furthest = next;
  }
  return [
    ...a.map((text) => ({ kind: 'minus', text }) as const),
    ...b.map((text) => ({ kind: 'plus', text }) as const),
  ];
}

function walkedBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Map<number, number>[],
  last: number,
): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = last; d >= 0; d--) {
    const furthest = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = furthest.get(fromK) ?? 0;
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      lines.push({ kind: 'same', text: a[x]! });
    }
    if (d === 0) break;
    if (down) {
      y -= 1;
      lines.push({ kind: 'plus', text: b[y]! });
    } else {
      x -= 1;
      lines.push({ kind: 'minus', text: a[x]! });
    }
  }
  return lines.reverse();
}

/** Long runs of what stayed become one line. */
function shortened(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map(() => false);
  lines.forEach(({ kind }, i) => {
    if (kind !== 'same')
      for (let j = Math.max(0, i - AROUND); j <= Math.min(lines.length - 1, i + AROUND); j++) isNear[j] = true;
  });
  const shown: DiffLine[] = [];
  lines.forEach((line, i) => {
    if (isNear[i] === true) shown.push(line);
    else if (shown.at(-1)?.kind !== 'gap') shown.push({ kind: 'gap', text: '⋯' });
  });
  return shown;
}
