// Paths of one host and method as a trie, and the templates in it. A segment is a parameter when its text says so, or when its
// place has more than SIBLINGS_MAX words whose answers share a shape; stated templates always win.
// Invariants: what is known at the ends is merged, never lost, when siblings become one parameter, so that two tries that saw
// parts and are merged are the one that saw all; children and nodes are bounded and refusals counted; recursion is bounded by
// SEGMENTS_MAX.
import { isAlwaysLiteral, parameterClass } from './segments.ts';

export const SIBLINGS_MAX = 20;
const CHILDREN_MAX = 200;
/** Bounds of what is compared. */
const SHAPE_NAMES_MAX = 64;
const LEADERS_MAX = 20;
export const SEGMENTS_MAX = 24;
/** Share of common fields (Jaccard) from which two answers have one shape. */
const SHAPE_SHARE_MIN = 0.6;

/** What the trie has to know about what is kept at its ends. */
export interface Ends<T> {
  create(): T;
  /** Asked before an end is made for a new path. */
  mayCreate(): boolean;
  merge(into: T, from: T): void;
  /** Fields of successful answers, by which siblings are compared. */
  shape(end: T): ReadonlySet<string>;
}

/** Counts nodes and ends of many tries together. */
export interface Room {
  /** Asked before each new node. */
  mayGrow(): boolean;
  /** False while somebody goes through the nodes, over several turns: words become siblings afterwards. */
  mayMerge(): boolean;
  gaveBackNode(): void;
  gaveBackEnd(): void;
}

export type TemplateSource = 'openapi' | 'operator' | 'learned' | 'classes';

export interface PathNode<T> {
  readonly literals: Map<string, PathNode<T>>;
  parameter: PathNode<T> | undefined;
  /** Why this node's segment is a parameter: class → how often; `siblings`, `stated`. */
  readonly why: Map<string, number>;
  /** A template that was stated goes through here: this word is not merged. */
  isStated: boolean;
  /** Set where a stated template ends. */
  source: TemplateSource | undefined;
  end: T | undefined;
  /** Size at which siblings were last compared without becoming one. */
  comparedAt: number;
}

export interface FoundEnd<T> {
  readonly node: PathNode<T>;
  readonly end: T;
  readonly template: string;
  readonly source: TemplateSource;
  readonly why: readonly string[];
}

export class PathTrie<T> {
  readonly #ends: Ends<T>;
  readonly #room: Room;
  readonly root: PathNode<T> = emptyNode();
  #changes = 0;

  constructor(ends: Ends<T>, room: Room) {
    this.#ends = ends;
    this.#room = room;
  }

  /** Grows whenever templates may have changed. */
  get changes(): number {
    return this.#changes;
  }

  /** `/users/{id}`; words that it makes a parameter of are merged into it. */
  state(template: string, source: 'openapi' | 'operator'): void {
    let node = this.root;
    for (const segment of segmentsOf(template)) {
      if (segment.startsWith('{') && segment.endsWith('}')) {
        const parameter = this.#parameterOf(node);
        if (parameter === undefined) return;
        count(parameter.why, 'stated', 1);
        for (const [word, child] of node.literals) {
          if (child.isStated) continue;
          node.literals.delete(word);
          this.#mergeNode(parameter, child, true);
        }
        parameter.isStated = true;
        node = parameter;
      } else {
        const child = this.#literalOf(node, segment);
        if (child === undefined) return;
        child.isStated = true;
        node = child;
      }
    }
    node.source = source;
    this.#changes += 1;
  }

  /** Takes a stated template back: its words are merged with their siblings again. What it merged stays merged. */
  retract(template: string): void {
    let node = this.root;
    for (const segment of segmentsOf(template)) {
      const isParameter = segment.startsWith('{') && segment.endsWith('}');
      const next = isParameter ? node.parameter : node.literals.get(segment);
      if (next === undefined) return;
      next.isStated = false;
      next.why.delete('stated');
      if (!isParameter && node.parameter !== undefined && parameterClass(segment) !== undefined) {
        node.literals.delete(segment);
        this.#mergeNode(node.parameter, next, true);
        node = node.parameter;
      } else node = next;
    }
    node.source = undefined;
    this.#changes += 1;
  }

  /** The end for a path, made when it is new; undefined when there is no room. */
  grow(segments: readonly string[]): T | undefined {
    let node = this.root;
    if (segments.length > SEGMENTS_MAX) return undefined;
    for (const segment of segments) {
      const next = this.#next(node, segment);
      if (next === undefined) return undefined;
      node = next;
    }
    if (node.end === undefined) {
      if (!this.#ends.mayCreate()) return undefined;
      node.end = this.#ends.create();
      this.#changes += 1;
    }
    return node.end;
  }

  /** The end for a path that is known already. `isStrict`: only where its own text, or a stated template, leads. */
  find(segments: readonly string[], isStrict = false): T | undefined {
    let node: PathNode<T> | undefined = this.root;
    for (const segment of segments) {
      const literal: PathNode<T> | undefined = node.literals.get(segment);
      const parameter: PathNode<T> | undefined = literal === undefined ? node.parameter : undefined;
      node = literal ?? (parameter !== undefined && takes(parameter, segment, isStrict) ? parameter : undefined);
      if (node === undefined) return undefined;
    }
    return node.end;
  }

  /** Compares siblings again; to be called now and then, when shapes have become known. True when something was merged. */
  settle(): boolean {
    if (!this.#room.mayMerge()) return false;
    const before = this.#changes;
    this.#settleNode(this.root, 0);
    return this.#changes !== before;
  }

  /** How many nodes there are. */
  nodes(): number {
    let nodes = 0;
    const open = [this.root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      nodes += 1;
      open.push(...node.literals.values());
      if (node.parameter !== undefined) open.push(node.parameter);
    }
    return nodes;
  }

  *found(): Generator<FoundEnd<T>> {
    yield* this.#foundBelow(this.root, [], []);
  }

  /** The node at these segments, where undefined is the parameter; made when it is not there and there is room. */
  nodeAt(path: readonly (string | undefined)[]): PathNode<T> | undefined {
    let node: PathNode<T> | undefined = this.root;
    for (const segment of path) {
      node = segment === undefined ? this.#parameterOf(node) : this.#literalOf(node, segment);
      if (node === undefined) return undefined;
    }
    return node;
  }

  merge(other: PathTrie<T>): void {
    this.#mergeNode(this.root, other.root, false);
    this.settle();
  }

  #next(node: PathNode<T>, segment: string): PathNode<T> | undefined {
    const literal = node.literals.get(segment);
    if (literal !== undefined) return literal;
    const why = parameterClass(segment);
    if (why !== undefined) {
      const parameter = this.#parameterOf(node);
      if (parameter !== undefined) count(parameter.why, why, 1);
      return parameter;
    }
    if (node.parameter?.isStated === true && !isAlwaysLiteral(segment)) return node.parameter;
    const child = this.#literalOf(node, segment);
    if (isDue(node) && this.#room.mayMerge()) {
      this.#mergeSiblings(node);
      return node.literals.get(segment) ?? node.parameter;
    }
    return child;
  }

  #settleNode(node: PathNode<T>, depth: number): void {
    if (depth > SEGMENTS_MAX) return;
    for (const child of node.literals.values()) this.#settleNode(child, depth + 1);
    if (node.parameter !== undefined) this.#settleNode(node.parameter, depth + 1);
    if (node.literals.size > SIBLINGS_MAX || node.parameter?.why.has('siblings')) this.#mergeSiblings(node);
  }

  #mergeSiblings(node: PathNode<T>): void {
    this.#mergeResembling(node);
    node.comparedAt = node.literals.size;
  }

  #mergeResembling(node: PathNode<T>): void {
    const words = [...node.literals].filter(
      ([word, child]) => !child.isStated && !isAlwaysLiteral(word) && isUsed(child),
    );
    const known = node.parameter?.why.has('siblings') === true ? node.parameter : undefined;
    const isFull = words.length > CHILDREN_MAX;
    const group = isFull ? words : this.#largestGroup(words, known);
    if (!isFull && known === undefined && group.length <= SIBLINGS_MAX) return;
    if (group.length === 0) return;
    const parameter = this.#parameterOf(node);
    if (parameter === undefined) return;
    count(parameter.why, 'siblings', group.length);
    for (const [word, child] of group) {
      node.literals.delete(word);
      this.#mergeNode(parameter, child, true);
    }
    if (isDue(parameter)) this.#mergeSiblings(parameter);
    this.#changes += 1;
  }

  /** Words whose answers share a shape: with `known`, else with the one that most others resemble. */
  #largestGroup(
    words: readonly (readonly [string, PathNode<T>])[],
    known: PathNode<T> | undefined,
  ): readonly (readonly [string, PathNode<T>])[] {
    const shapes = words.map((word) => ({ word, shape: this.#shapeOf(word[1], 0) }));
    const resembling = (shape: ReadonlySet<string>) =>
      shapes.filter((one) => resembles(one.shape, shape)).map((one) => one.word);
    if (known !== undefined) return resembling(this.#shapeOf(known, 0));
    let largest: readonly (readonly [string, PathNode<T>])[] = [];
    const tried = new Set<string>();
    for (const { shape } of shapes) {
      const name = [...shape].sort().join(' ');
      if (tried.has(name)) continue;
      if (tried.size >= LEADERS_MAX) break;
      tried.add(name);
      const group = resembling(shape);
      if (group.length > largest.length) largest = group;
    }
    return largest;
  }

  #shapeOf(node: PathNode<T>, depth: number): Set<string> {
    const shape = new Set(node.end === undefined ? [] : this.#ends.shape(node.end));
    if (depth >= 3) return shape;
    for (const [word, child] of node.literals) {
      if (shape.size >= SHAPE_NAMES_MAX) return shape;
      for (const one of this.#shapeOf(child, depth + 1)) shape.add(`${word}:${one}`);
      shape.add(`${word}:`);
    }
    if (node.parameter !== undefined) {
      for (const one of this.#shapeOf(node.parameter, depth + 1)) shape.add(`{}:${one}`);
    }
    return shape;
  }

  /** `isOwn` nodes are taken over; those of another trie are copied, and have to find room. */
  #mergeNode(into: PathNode<T>, from: PathNode<T>, isOwn: boolean): void {
    if (isOwn) this.#room.gaveBackNode();
    for (const [why, times] of from.why) count(into.why, why, times);
    into.isStated ||= from.isStated;
    into.source ??= from.source;
    if (from.end !== undefined) {
      if (into.end === undefined && isOwn) into.end = from.end;
      else if (into.end !== undefined || this.#ends.mayCreate()) {
        if (isOwn) this.#room.gaveBackEnd();
        into.end ??= this.#ends.create();
        this.#ends.merge(into.end, from.end);
      }
    }
    if (from.parameter !== undefined) {
      const parameter = this.#parameterOf(into);
      if (parameter !== undefined) this.#mergeNode(parameter, from.parameter, isOwn);
    }
    for (const [word, child] of from.literals) {
      if (isOwn && !into.literals.has(word)) {
        into.literals.set(word, child);
        continue;
      }
      const target = this.#literalOf(into, word);
      if (target !== undefined) this.#mergeNode(target, child, isOwn);
    }
    this.#changes += 1;
  }

  *#foundBelow(node: PathNode<T>, path: readonly string[], why: readonly string[]): Generator<FoundEnd<T>> {
    if (node.end !== undefined) {
      const isGuess = why.every((one) => !one.includes('siblings'));
      const source = node.source ?? (isGuess ? 'classes' : 'learned');
      yield { node, end: node.end, template: `/${path.join('/')}`, source, why };
    }
    for (const [word, child] of node.literals) yield* this.#foundBelow(child, [...path, word], why);
    if (node.parameter !== undefined) {
      const reason = `segment ${path.length + 1}: ${reasonOf(node.parameter.why)}`;
      yield* this.#foundBelow(node.parameter, [...path, '{id}'], [...why, reason]);
    }
  }

  #parameterOf(node: PathNode<T>): PathNode<T> | undefined {
    if (node.parameter === undefined && this.#room.mayGrow()) node.parameter = emptyNode();
    return node.parameter;
  }

  #literalOf(node: PathNode<T>, word: string): PathNode<T> | undefined {
    let child = node.literals.get(word);
    if (child === undefined && this.#room.mayGrow()) {
      child = emptyNode();
      node.literals.set(word, child);
    }
    return child;
  }
}

/** `/a/b` → `['a', 'b']`; the root has none. */
export function segmentsOf(path: string): readonly string[] {
  return path === '/' || path === '' ? [] : path.slice(1).split('/');
}

function takes(parameter: PathNode<unknown>, segment: string, isStrict: boolean): boolean {
  if (parameterClass(segment) !== undefined) return true;
  if (isAlwaysLiteral(segment)) return false;
  return parameter.isStated || (!isStrict && parameter.why.has('siblings'));
}

/** Comparing costs the square of the words: it is done at 21, 42, 84 …, and when there are too many. */
function isDue({ literals, comparedAt }: PathNode<unknown>): boolean {
  return literals.size > SIBLINGS_MAX && (literals.size >= 2 * comparedAt || literals.size > CHILDREN_MAX);
}

/** A word that was only just met has no answers to compare yet. */
function isUsed(node: PathNode<unknown>): boolean {
  return node.end !== undefined || node.literals.size > 0 || node.parameter !== undefined;
}

function resembles(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size === 0 || b.size === 0) return a.size === b.size;
  let common = 0;
  for (const one of a) if (b.has(one)) common += 1;
  return common >= SHAPE_SHARE_MIN * (a.size + b.size - common);
}

function reasonOf(why: ReadonlyMap<string, number>): string {
  const [first] = [...why].sort((a, b) => b[1] - a[1]);
  if (why.has('stated')) return 'a stated template says so';
  if (why.has('siblings')) return `more than ${SIBLINGS_MAX} words with answers of one shape (siblings)`;
  return `values are ${first?.[0] ?? 'text'}`;
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function emptyNode<T>(): PathNode<T> {
  return {
    literals: new Map(),
    parameter: undefined,
    why: new Map(),
    isStated: false,
    source: undefined,
    end: undefined,
    comparedAt: 0,
  };
}
