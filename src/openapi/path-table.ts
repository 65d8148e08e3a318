// Templates of documents → which one a path is. Literal segments win over ones with a parameter in them (`report.{format}`), and
// these over whole parameters. A slash at the end makes no difference, as most servers take both.

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  /** Segments with literal text around parameters, those with the most text first. */
  readonly mixed: { readonly segment: MixedSegment; readonly node: Node<T> }[];
  parameter: Node<T> | undefined;
  end: T | undefined;
}

/** `report-{id}.{format}`: literal, parameter, literal, … beginning and ending with a literal, which may be empty. */
interface MixedSegment {
  readonly written: string;
  readonly literals: readonly string[];
}

export interface PathMatch<T> {
  readonly value: T;
  /** Values of the template's parameters, in order. */
  readonly values: readonly string[];
  /** Segment that each value stands in. */
  readonly segments: readonly number[];
}

const SEGMENTS_MAX = 64;

export class PathTable<T> {
  readonly #root: Node<T> = emptyNode();

  /** What stands at a template; `make` is asked when there is nothing yet. */
  at(template: string, make: () => T): T {
    let node = this.#root;
    for (const segment of segmentsOf(template)) node = childOf(node, segment);
    node.end ??= make();
    return node.end;
  }

  find(segments: readonly string[]): PathMatch<T> | undefined {
    const count = segments.at(-1) === '' ? segments.length - 1 : segments.length;
    if (count > SEGMENTS_MAX) return undefined;
    const values: string[] = [];
    const places: number[] = [];
    const found = search(this.#root, segments, count, 0, values, places);
    return found === undefined ? undefined : { value: found, values, segments: places };
  }
}

function segmentsOf(template: string): string[] {
  const segments = template.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments.map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
}

function childOf<T>(node: Node<T>, segment: string): Node<T> {
  if (/^\{[^{}]*\}$/.test(segment)) {
    node.parameter ??= emptyNode();
    return node.parameter;
  }
  if (/\{[^{}]*\}/.test(segment)) {
    const written = segment.replace(/\{[^{}]*\}/g, '{}');
    const known = node.mixed.find((one) => one.segment.written === written);
    if (known !== undefined) return known.node;
    const child = { segment: { written, literals: written.split('{}') }, node: emptyNode<T>() };
    node.mixed.push(child);
    node.mixed.sort((a, b) => b.segment.written.length - a.segment.written.length);
    return child.node;
  }
  let child = node.literals.get(segment);
  if (child === undefined) {
    child = emptyNode();
    node.literals.set(segment, child);
  }
  return child;
}

/** Recursion is as deep as templates are long; each node of the tree is tried at most once per path. */
function search<T>(
  node: Node<T>,
  segments: readonly string[],
  count: number,
  i: number,
  values: string[],
  places: number[],
): T | undefined {
  if (i === count) return node.end;
  const segment = segments[i]!;
  const literal = node.literals.get(segment);
  if (literal !== undefined) {
    const found = search(literal, segments, count, i + 1, values, places);
    if (found !== undefined) return found;
  }
  const before = values.length;
  for (const { segment: mixed, node: child } of node.mixed) {
    if (!matchMixed(mixed.literals, segment, values, places, i)) continue;
    const found = search(child, segments, count, i + 1, values, places);
    if (found !== undefined) return found;
    values.length = before;
    places.length = before;
  }
  if (node.parameter === undefined || segment === '') return undefined;
  values.push(segment);
  places.push(i);
  const found = search(node.parameter, segments, count, i + 1, values, places);
  if (found === undefined) {
    values.length = before;
    places.length = before;
  }
  return found;
}

/** Each parameter takes as little as it can, and something. */
function matchMixed(
  literals: readonly string[],
  segment: string,
  values: string[],
  places: number[],
  place: number,
): boolean {
  const before = values.length;
  const first = literals[0]!;
  let at = segment.startsWith(first) ? first.length : -1;
  for (let i = 1; i < literals.length && at !== -1; i++) {
    const literal = literals[i]!;
    const isLast = i === literals.length - 1;
    const end = isLast
      ? segment.endsWith(literal)
        ? segment.length - literal.length
        : -1
      : segment.indexOf(literal, at + 1);
    if (end <= at) {
      at = -1;
      break;
    }
    values.push(segment.slice(at, end));
    places.push(place);
    at = end + literal.length;
  }
  if (at === segment.length) return true;
  values.length = before;
  places.length = before;
  return false;
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), mixed: [], parameter: undefined, end: undefined };
}
