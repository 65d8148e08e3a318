// What a field name means to the data types, looked up for every field of every message.
import type { CompiledType } from './compiled-type.ts';
import { NameTrie } from './field-names.ts';

export interface NameContext {
  /** Types for which this name is a sign. */
  readonly signs: readonly CompiledType[];
  /** Types that never occur under this name. */
  readonly excludes: readonly CompiledType[];
  /** Types that are tried on the whole value, best first. */
  readonly byName: readonly CompiledType[];
}

export const NO_CONTEXT: NameContext = { signs: [], excludes: [], byName: [] };

/** `{"type": "ssn", "value": "…"}`: these names say what a neighbour's value is, … */
const LABELS: readonly string[] = ['type', 'label', 'name', 'kind', 'key', 'field'];
/** … and these are named by a neighbour or by the object they are in. */
const CARRIERS: readonly string[] = [
  'value',
  'val',
  'text',
  'raw',
  'data',
  'content',
  'number',
  'no',
  'formatted',
  'plain',
];

/** Names as they come, remembered by their hash: a later one takes the place of an earlier one. */
const REMEMBERED = 1_024;
const REMEMBERED_BYTES_MAX = 24;

const NAMES_PER_FIELD_MAX = 8;
const COMBINATIONS_MAX = 4_096;

const NOTHING_OPEN: readonly number[] = [];

export type NameRole = 'value' | 'label' | 'carrier';

export class NameContexts {
  readonly #trie: NameTrie;
  readonly #types: readonly CompiledType[];
  readonly #single: readonly NameContext[];
  readonly #roles: readonly NameRole[];
  /** Of the last name that was looked up. */
  role: NameRole = 'value';
  /** Whether the words of the last name that was recalled go on in names inside of it. */
  opens = false;
  readonly #found = new Uint32Array(NAMES_PER_FIELD_MAX);
  readonly #combined = new Map<string, NameContext>();
  readonly #rememberedBytes = new Uint8Array(REMEMBERED * REMEMBERED_BYTES_MAX);
  readonly #rememberedLengths = new Uint8Array(REMEMBERED);
  readonly #rememberedContexts: NameContext[] = new Array<NameContext>(REMEMBERED).fill(NO_CONTEXT);
  readonly #rememberedRoles: NameRole[] = new Array<NameRole>(REMEMBERED).fill('value');
  readonly #rememberedOpens = new Uint8Array(REMEMBERED);

  constructor(types: readonly CompiledType[]) {
    const names = new Map<string, { signs: CompiledType[]; excludes: CompiledType[] }>();
    const entry = (name: string): { signs: CompiledType[]; excludes: CompiledType[] } => {
      const spelled = name.toLowerCase().replace(/[\x00-\x2f\x3a-\x60\x7b-\x7f]/g, '');
      let one = names.get(spelled);
      if (one === undefined) {
        one = { signs: [], excludes: [] };
        names.set(spelled, one);
      }
      return one;
    };
    for (const type of types) {
      for (const name of type.document.context.keys) entry(name).signs.push(type);
      for (const name of type.document.context.notKeys) entry(name).excludes.push(type);
    }
    names.delete('');
    for (const name of [...LABELS, ...CARRIERS]) entry(name);
    this.#types = types;
    this.#trie = new NameTrie([...names.keys()]);
    this.#roles = [...names.keys()].map((name) =>
      LABELS.includes(name) ? 'label' : CARRIERS.includes(name) ? 'carrier' : 'value',
    );
    this.#single = [...names.values()].map((one) =>
      this.#contextOf([...new Set(one.signs)], [...new Set(one.excludes)]),
    );
  }

  /** {@link lookUp} for a name that nothing has begun, whose hash is known. */
  recall(bytes: Uint8Array, start: number, end: number, hash: number): NameContext {
    const length = end - start;
    if (length > REMEMBERED_BYTES_MAX || length === 0) {
      this.opens = true;
      return this.lookUp(bytes, start, end, NOTHING_OPEN);
    }
    const slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (REMEMBERED - 1);
    const at = slot * REMEMBERED_BYTES_MAX;
    const known = this.#rememberedBytes;
    if (this.#rememberedLengths[slot] === length) {
      let i = 0;
      while (i < length && known[at + i] === bytes[start + i]) i += 1;
      if (i === length) {
        this.role = this.#rememberedRoles[slot]!;
        this.opens = this.#rememberedOpens[slot] === 1;
        return this.#rememberedContexts[slot]!;
      }
    }
    const context = this.lookUp(bytes, start, end, NOTHING_OPEN);
    for (let i = 0; i < length; i++) known[at + i] = bytes[start + i]!;
    this.#rememberedLengths[slot] = length;
    this.#rememberedContexts[slot] = context;
    this.#rememberedRoles[slot] = this.role;
    this.opens = this.openEnds(bytes, start, end).length > 0;
    this.#rememberedOpens[slot] = this.opens ? 1 : 0;
    return context;
  }

  /** The context a name gives; `open` is what an enclosing name began. */
  lookUp(bytes: Uint8Array, start: number, end: number, open: readonly number[]): NameContext {
    const found = this.#found;
    const all = this.#trie.find(bytes, start, end, open, found);
    this.role = this.#trie.whole === -1 ? 'value' : this.#roles[this.#trie.whole]!;
    let n = 0;
    for (let k = 0; k < all; k++) if (this.#single[found[k]!] !== NO_CONTEXT) found[n++] = found[k]!;
    if (n === 0) return NO_CONTEXT;
    if (n === 1) return this.#single[found[0]!]!;
    let key = '';
    for (let k = 0; k < n; k++) key += `${found[k]} `;
    let context = this.#combined.get(key);
    if (context === undefined) {
      const each = Array.from(found.subarray(0, n), (name) => this.#single[name]!);
      context = this.#contextOf(
        [...new Set(each.flatMap((one) => one.signs))],
        [...new Set(each.flatMap((one) => one.excludes))],
      );
      // Field names are the sender's to choose: the table starts anew when it is full.
      if (this.#combined.size >= COMBINATIONS_MAX) this.#combined.clear();
      this.#combined.set(key, context);
    }
    return context;
  }

  openEnds(bytes: Uint8Array, start: number, end: number): readonly number[] {
    return this.#trie.openEnds(bytes, start, end);
  }

  #contextOf(signs: readonly CompiledType[], excludes: readonly CompiledType[]): NameContext {
    if (signs.length === 0 && excludes.length === 0) return NO_CONTEXT;
    const byName = signs
      .filter((type) => type.trigger === 'by-name' && !excludes.includes(type))
      .sort((a, b) => b.gravity - a.gravity || b.rank - a.rank || this.#types.indexOf(a) - this.#types.indexOf(b));
    return { signs, excludes, byName };
  }
}
