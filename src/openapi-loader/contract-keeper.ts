// Keeps the contracts of a node up to date: watches files, fetches URLs again, reads what changed in a child process. Runs beside the
// data plane, which only ever gets finished contracts. Invariant: a document that cannot be read changes nothing; the last good one
// stays, also over a restart, and the refusal is told once.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfiguredDocument } from '../configuration/load.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import { fetchDocument } from './fetch-document.ts';
import { type DocumentRead, isUrlText } from './read-documents.ts';
import { readInChild } from './read-in-child.ts';

export interface ContractKeeperSettings {
  readonly documents: readonly ConfiguredDocument[];
  /** What was read of files already. */
  readonly contracts: readonly PreparedContract[];
  readonly dataFolder: string;
  readonly onChange: (contracts: readonly PreparedContract[]) => void;
  readonly onRefusal: (fault: DocumentFault) => void;
}

const LOOK_MS = 1_000;
const FETCHES_FOR_ONE_MAX = 100;

interface Kept {
  readonly source: ConfiguredDocument;
  contract: PreparedContract | undefined;
  files: readonly string[];
  fingerprint: string;
  readonly tags: Map<string, string>;
  texts: Map<string, string>;
  fetchedAt: number;
  refusal: string;
  isBusy: boolean;
}

export class ContractKeeper {
  readonly #settings: ContractKeeperSettings;
  readonly #kept: readonly Kept[];
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: ContractKeeperSettings) {
    this.#settings = settings;
    this.#kept = settings.documents.map((source) => ({
      source,
      contract: settings.contracts.find((one) => isOf(one, source)),
      files: isUrlText(source.document) ? [] : [source.document],
      fingerprint: '',
      tags: new Map(),
      texts: new Map(),
      fetchedAt: 0,
      refusal: '',
      isBusy: false,
    }));
  }

  get contracts(): readonly PreparedContract[] {
    return this.#kept.flatMap(({ contract }) => (contract === undefined ? [] : [contract]));
  }

  /** Resolves when every URL was tried once, whether it answered or not. */
  async start(): Promise<void> {
    if (this.#kept.length === 0) return;
    for (const kept of this.#kept) {
      kept.fingerprint = fingerprintOf(kept.files);
      if (isUrlText(kept.source.document)) this.#recall(kept);
    }
    await Promise.all(this.#kept.filter(({ source }) => isUrlText(source.document)).map((kept) => this.#refresh(kept)));
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = Date.now();
    for (const kept of this.#kept) {
      if (kept.isBusy) continue;
      if (isUrlText(kept.source.document)) {
        if (now - kept.fetchedAt >= kept.source.refreshMs) void this.#refresh(kept);
      } else if (fingerprintOf(kept.files) !== kept.fingerprint) void this.#readFiles(kept);
    }
  }

  async #readFiles(kept: Kept): Promise<void> {
    kept.isBusy = true;
    kept.fingerprint = fingerprintOf(kept.files);
    const [read] = await readInChild([{ source: kept.source, texts: [] }]);
    kept.isBusy = false;
    this.#take(kept, read!);
  }

  async #refresh(kept: Kept): Promise<void> {
    kept.isBusy = true;
    kept.fetchedAt = Date.now();
    const texts = new Map(kept.texts);
    let isChanged = kept.contract === undefined;
    let wanted: readonly string[] = kept.texts.size === 0 ? [kept.source.document] : [...kept.texts.keys()];
    let read: DocumentRead | undefined;
    for (let fetches = 0; wanted.length > 0; ) {
      for (const url of wanted) {
        fetches += 1;
        const fetched = await fetchDocument(url, kept.source.headers, texts.has(url) ? kept.tags.get(url) : undefined);
        if (fetched === 'unchanged') continue;
        if ('failure' in fetched || fetches > FETCHES_FOR_ONE_MAX) {
          const why = 'failure' in fetched ? fetched.failure : `it has more than ${FETCHES_FOR_ONE_MAX} files`;
          read = { fault: { file: url, line: 1, column: 1, message: `the API document could not be fetched: ${why}` } };
          break;
        }
        if (texts.get(url) !== fetched.text) isChanged = true;
        texts.set(url, fetched.text);
        if (fetched.tag !== undefined) kept.tags.set(url, fetched.tag);
      }
      if (read !== undefined || !isChanged) break;
      const [result] = await readInChild([{ source: kept.source, texts: [...texts] }]);
      wanted = 'missing' in result! ? result.missing : [];
      if (wanted.length === 0) read = result;
    }
    kept.isBusy = false;
    if (read === undefined) return;
    if ('contract' in read) {
      kept.texts = new Map([...texts].filter(([url]) => (read as { files: readonly string[] }).files.includes(url)));
      this.#remember(kept, read.contract);
    }
    this.#take(kept, read);
  }

  #take(kept: Kept, read: DocumentRead): void {
    if ('fault' in read) {
      if (kept.refusal === read.fault.message) return;
      kept.refusal = read.fault.message;
      this.#settings.onRefusal(read.fault);
      return;
    }
    if (!('contract' in read)) return;
    kept.refusal = '';
    kept.files = read.files;
    if (!isUrlText(kept.source.document)) kept.fingerprint = fingerprintOf(kept.files);
    if (kept.contract?.digest === read.contract.digest) return;
    kept.contract = read.contract;
    this.#settings.onChange(this.contracts);
  }

  /** The last good contract of a URL survives in the data folder: its server may be down when the gateway starts. */
  #remember(kept: Kept, contract: PreparedContract): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const file = this.#fileOf(kept);
      writeFileSync(`${file}.new`, JSON.stringify(contract), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // It is fetched again next time.
    }
  }

  #recall(kept: Kept): void {
    try {
      const contract = JSON.parse(readFileSync(this.#fileOf(kept), 'utf8')) as PreparedContract;
      if (isOf(contract, kept.source)) kept.contract = contract;
    } catch {
      // There is none yet.
    }
  }

  #fileOf({ source }: Kept): string {
    const name = createHash('sha256')
      .update(`${source.route} ${source.document} ${source.basePath ?? ''}`)
      .digest('hex');
    return join(this.#folder, `${name.slice(0, 24)}.json`);
  }

  get #folder(): string {
    return join(this.#settings.dataFolder, 'api-documents');
  }
}

function isOf(contract: PreparedContract, source: ConfiguredDocument): boolean {
  return contract.route === source.route && contract.source === source.document && contract.origin === source.origin;
}

function fingerprintOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { mtimeMs, size, ino } = statSync(file);
        return `${file} ${mtimeMs} ${size} ${ino}`;
      } catch {
        return `${file} gone`;
      }
    })
    .join('\n');
}
