// Finds sensitive values in raw bytes in one pass over them, whatever the number of data types.
// The pattern is asked only where the automaton of all patterns has led to its end; then the checksum, then the surroundings.
import type { BodyFormat } from '../core/detector.ts';
import type { DataTypeDocument } from '../core/document.ts';
import { KnownValues } from '../core/known-values.ts';
import { type AutomatonEntry, automatonSteps } from './automaton.ts';
import { type CompiledPattern, type CompiledType, compileType, type Found } from './compiled-type.ts';
import { JsonSkipper } from './json-skipper.ts';
import { NameContexts } from './name-contexts.ts';
import { type Hit, Pass, type Tables } from './pass.ts';
import type { PatternNode } from './pattern-tree.ts';
import { scanForm, scanMultipart } from './scan-form.ts';
import { scanJson } from './scan-json.ts';
import { scanText } from './scan-text.ts';

const NO_HITS: readonly Hit[] = [];

export type { Hit } from './pass.ts';

export interface ScanResult {
  /** In ascending order, never overlapping, at most `HITS_MAX` of pass.ts. */
  readonly hits: readonly Hit[];
  /** Hits beyond that bound. */
  readonly uncounted: number;
}

export class Scanner {
  readonly types: readonly CompiledType[];
  readonly #tables: Tables;
  readonly #names: NameContexts;
  readonly #empty = new KnownValues();

  private constructor(types: readonly CompiledType[], tables: Tables) {
    this.types = types;
    this.#names = new NameContexts(types);
    this.#tables = tables;
  }

  /** @throws RangeError or SyntaxError for a document that cannot be compiled */
  static of(documents: readonly DataTypeDocument[]): Scanner {
    const steps = Scanner.steps(documents);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in short steps. */
  static *steps(documents: readonly DataTypeDocument[]): Generator<void, Scanner> {
    const types = documents.filter((document) => document.enabled).map(compileType);
    yield;
    return new Scanner(types, yield* tableSteps(types));
  }

  /** Hits in ascending order; see {@link scanAll} for those beyond the bound. */
  scan(bytes: Buffer, format: BodyFormat): readonly Hit[] {
    return this.scanAll(bytes, format).hits;
  }

  /** `skips: false` reads every byte; the hits are the same. */
  scanAll(bytes: Buffer, format: BodyFormat, skips = true): ScanResult {
    const pass = new Pass(skips ? this.#tables : { ...this.#tables, skipper: undefined }, bytes);
    switch (format) {
      case 'json':
      case 'ndjson':
        scanJson(pass, this.#names);
        break;
      case 'form':
        scanForm(pass, this.#names);
        break;
      case 'multipart':
        scanMultipart(pass, this.#names);
        break;
      case 'xml':
        scanText(pass, this.#names, 'xml');
        break;
      case 'text':
      case 'graphql':
      case 'binary':
        scanText(pass, this.#names, 'text');
        break;
      case 'empty':
        break;
      default:
        format satisfies never;
    }
    return pass;
  }

  /** Hits in one decoded value, as {@link scanValue}; what was looked at lately and held nothing is not looked at again. */
  hitsIn(text: string, name: string): readonly Hit[] {
    if (this.#empty.has(text, name)) return NO_HITS;
    const { hits } = this.scanValue(text, name);
    if (hits.length === 0) this.#empty.add(text, name);
    return hits;
  }

  /** Hits in one decoded value, as byte offsets into its UTF-8 form, with the name it stands under. */
  scanValue(text: string, name: string): { readonly bytes: Buffer; readonly hits: readonly Hit[] } {
    const bytes = Buffer.from(text, 'utf8');
    const pass = new Pass(this.#tables, bytes);
    const spelled = Buffer.from(name, 'utf8');
    const context = this.#names.lookUp(spelled, 0, spelled.length, []);
    pass.context = context;
    scanText(pass, this.#names, 'text');
    pass.context = context;
    if (context.byName.length > 0) pass.judgeByName(0, 0, bytes.length);
    return { bytes, hits: pass.hits };
  }
}

/** The fewest bytes of a match that can begin like a number. */
function numberBytesMin(pattern: CompiledPattern): number {
  return NUMBER_STARTS.some((byte) => pattern.firstBytes[byte] === 1) ? pattern.bytesMin : Number.POSITIVE_INFINITY;
}
const NUMBER_STARTS = [...Buffer.from('0123456789-')];

function* tableSteps(types: readonly CompiledType[]): Generator<void, Tables> {
  const anywhere = types.filter((type) => type.trigger === 'anywhere').sort((a, b) => b.rank - a.rank);
  const unannounced = anywhere.filter((type) => !type.isContextRequired);
  const quiet = yield* automatonOf(types, unannounced);
  const tables = {
    unannounced: quiet,
    announced: yield* automatonOf(types, anywhere),
    numberBytesMin: Math.min(...unannounced.flatMap((type) => type.patterns.map(numberBytesMin))),
    atSign: types.filter((type) => type.trigger === 'at-sign'),
  };
  return { ...tables, skipper: new JsonSkipper(tables, types) };
}

/** The patterns of `types`, and the words that announce any type. */
function* automatonOf(
  all: readonly CompiledType[],
  types: readonly CompiledType[],
): Generator<void, Tables['announced']> {
  const entries = [...patternEntries(types), ...nearEntries(all)];
  const automaton = yield* automatonSteps(entries);
  for (const { what } of entries) if (what.kind === 'pattern') what.isExact &&= automaton.isExact(what);
  return automaton;
}

function patternEntries(types: readonly CompiledType[]): AutomatonEntry<Found>[] {
  return types.flatMap((type) =>
    type.patterns.map((pattern) => ({
      node: pattern.root,
      what: { kind: 'pattern' as const, pattern, isExact: pattern.isExact },
    })),
  );
}

/** The words that announce types, each with all of its types. */
function nearEntries(types: readonly CompiledType[]): AutomatonEntry<Found>[] {
  const words = new Map<string, CompiledType[]>();
  for (const type of types.filter((one) => one.isContextRequired && one.trigger === 'anywhere')) {
    for (const word of type.document.context.near) {
      const spelled = word.trim().toLowerCase();
      if (spelled === '') continue;
      const list = words.get(spelled);
      if (list === undefined) words.set(spelled, [type]);
      else list.push(type);
    }
  }
  return [...words].map(([word, announced]) => ({
    node: wordNode(word),
    // Languages without spaces go on behind the word.
    what: { kind: 'near', types: announced, needsEnd: /\w$/.test(word) } as const,
  }));
}

function wordNode(word: string): PatternNode {
  return {
    kind: 'sequence',
    parts: [...Buffer.from(word, 'utf8')].map((byte) => {
      const set = new Uint8Array(256);
      set[byte] = 1;
      if (byte >= 0x61 && byte <= 0x7a) set[byte - 0x20] = 1;
      return { kind: 'set', set };
    }),
  };
}
