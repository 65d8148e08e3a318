// The files of one API document and the `$ref`s between them. Resolving does no I/O: what is not there is named in `missing`, and
// the caller may come again with its text.
// Invariants: files stay below the folders they may be read from, URLs at the origin of the document; chains of references end.
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { DocumentFault } from '../core/document.ts';
import { type ReadText, readText } from './read-text.ts';

export interface Place {
  /** File or URL. */
  readonly file: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** A document that cannot be used, and where it says so. */
export class DocumentRefused extends Error {
  readonly place: Pick<Place, 'file' | 'path'>;
  readonly of: 'key' | 'value';

  constructor(place: Pick<Place, 'file' | 'path'>, message: string, of: 'key' | 'value' = 'value') {
    super(message);
    this.place = place;
    this.of = of;
  }
}

const REFERENCES_IN_A_ROW_MAX = 50;
export const FILES_MAX = 500;

export class DocumentFiles {
  readonly root: string;
  /** Files that are referred to and whose text is not there yet. */
  readonly missing = new Set<string>();
  readonly #texts: ReadonlyMap<string, string>;
  readonly #folders: readonly string[];
  readonly #read = new Map<string, ReadText>();
  readonly #anchors = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** `folders`: where files may be besides the document's own folder. */
  constructor(root: string, texts: ReadonlyMap<string, string>, folders: readonly string[]) {
    this.root = root;
    this.#texts = texts;
    this.#folders = [dirname(root), ...folders];
  }

  rootPlace(): Place {
    return { file: this.root, path: [], value: this.#valueOf(this.root)!.value };
  }

  child(place: Place, name: string | number): Place {
    const value = (place.value as Record<string, unknown>)[name];
    return { file: place.file, path: [...place.path, String(name)], value };
  }

  /** Follows `$ref` until something else stands there. Undefined while a file is missing. @throws DocumentRefused */
  follow(place: Place): Place | undefined {
    let at: Place | undefined = place;
    for (let steps = 0; at !== undefined; steps++) {
      const reference = referenceOf(at.value);
      if (reference === undefined) return at;
      if (steps >= REFERENCES_IN_A_ROW_MAX) throw new DocumentRefused(place, `\`${reference}\` leads in a circle`);
      at = this.resolve(reference, at);
    }
    return undefined;
  }

  /** What a reference at `from` means. Undefined while its file is missing. @throws DocumentRefused */
  resolve(reference: string, from: Place): Place | undefined {
    const hash = reference.indexOf('#');
    const written = hash === -1 ? reference : reference.slice(0, hash);
    const fragment = hash === -1 ? '' : reference.slice(hash + 1);
    const file = written === '' ? from.file : this.#fileOf(written, from);
    const read = this.#valueOf(file);
    if (read === undefined) {
      if (this.missing.size >= FILES_MAX) throw new DocumentRefused(from, `more than ${FILES_MAX} files`);
      this.missing.add(file);
      return undefined;
    }
    const path = fragment === '' || fragment.startsWith('/') ? tokensOf(fragment) : this.#anchor(file, fragment);
    let at: Place | undefined = { file, path: [], value: read.value };
    for (const [i, token] of (path ?? []).entries()) {
      // What lies behind a reference is reached through it.
      if (i > 0 && !hasKey(at.value, token)) at = this.follow(at);
      if (at === undefined) return undefined;
      if (!hasKey(at.value, token)) {
        throw new DocumentRefused({ file: from.file, path: [...from.path, '$ref'] }, `\`${reference}\` leads nowhere`);
      }
      at = this.child(at, token);
    }
    if (path === undefined) {
      throw new DocumentRefused({ file: from.file, path: [...from.path, '$ref'] }, `\`${reference}\` leads nowhere`);
    }
    return at;
  }

  faultOf(refused: DocumentRefused): DocumentFault {
    const { file, path } = refused.place;
    const read = this.#read.get(file);
    const pointer = path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    const place = read?.at(path, refused.of) ?? { line: 1, column: 1 };
    return { file, ...place, message: pointer === '' ? refused.message : `${refused.message} (at ${pointer})` };
  }

  #valueOf(file: string): ReadText | undefined {
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const text = this.#texts.get(file);
    if (text === undefined) return undefined;
    const read = readText(text, file);
    if ('fault' in read) throw new FileFault(read.fault);
    this.#read.set(file, read);
    return read;
  }

  #fileOf(written: string, from: Place): string {
    const refuse = (why: string): never => {
      throw new DocumentRefused({ file: from.file, path: [...from.path, '$ref'] }, `\`${written}\` ${why}`);
    };
    if (isUrl(from.file)) {
      if (!URL.canParse(written, from.file)) return refuse('is no URL');
      const url = new URL(written, from.file);
      // A document must not make the gateway ask other places for it.
      if (url.origin !== new URL(this.root).origin) return refuse('is at another origin than the document');
      return url.href;
    }
    if (/^[a-z][a-z0-9+.-]*:/i.test(written)) return refuse('is a URL; a file refers to files only, so keep a copy');
    if (isAbsolute(written)) return refuse('is an absolute path; write it relative to this file');
    let decoded = written;
    try {
      decoded = decodeURIComponent(written);
    } catch {
      // A file name with a percent sign in it.
    }
    const file = join(dirname(from.file), decoded);
    const isBelow = this.#folders.some((folder) => !relative(folder, file).startsWith('..'));
    return isBelow ? file : refuse('is outside of the folders of the document and of the configuration');
  }

  /** `$anchor`s and local `$id`s of a file, looked for once. */
  #anchor(file: string, name: string): readonly string[] | undefined {
    let anchors = this.#anchors.get(file);
    if (anchors === undefined) {
      anchors = anchorsIn(this.#valueOf(file)!.value);
      this.#anchors.set(file, anchors);
    }
    return anchors.get(name);
  }
}

/** A file that cannot be read as JSON or YAML at all. */
export class FileFault extends Error {
  readonly fault: DocumentFault;

  constructor(fault: DocumentFault) {
    super(fault.message);
    this.fault = fault;
  }
}

export function referenceOf(value: unknown): string | undefined {
  const reference = isMapping(value) ? value.$ref : undefined;
  return typeof reference === 'string' ? reference : undefined;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKey(value: unknown, token: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, token);
}

function tokensOf(fragment: string): readonly string[] {
  if (fragment === '' || fragment === '/') return [];
  return fragment
    .slice(1)
    .split('/')
    .map((token) => {
      let decoded = token;
      try {
        decoded = decodeURIComponent(token);
      } catch {
        // A name with a percent sign in it.
      }
      return decoded.replaceAll('~1', '/').replaceAll('~0', '~');
    });
}

function anchorsIn(root: unknown): ReadonlyMap<string, readonly string[]> {
  const anchors = new Map<string, readonly string[]>();
  const open: (readonly [unknown, readonly string[]])[] = [[root, []]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, path] = next;
    if (typeof value !== 'object' || value === null) continue;
    const { $anchor } = value as { $anchor?: unknown };
    if (typeof $anchor === 'string') anchors.set($anchor, path);
    for (const [name, child] of Object.entries(value)) open.push([child, [...path, name]]);
  }
  return anchors;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}
