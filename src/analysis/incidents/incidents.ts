// The incidents there are. Observations of one detection, endpoint and group within a time are ONE incident, which is reopened
// rather than made twice. What turns out to be part of something graver of the same actor is taken in by it.
// Invariants: at most INCIDENTS_MAX are kept (closed ones go first); every incident is told to others when it opens, changes in
// a way that matters, and now and then while it only counts.

import { createHash } from 'node:crypto';
import { type Actor, actorKey } from '../../core/actor.ts';
import { type Evidence, INCIDENT_COMMENTS_MAX, type Incident, type IncidentStatus } from '../../core/incident.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { listed } from '../json-pieces.ts';
import { AttachedMessages, type Messages } from './attached-messages.ts';
import { addEvidence, type CaseFile, change, countIn, incidentOf, merge, openCase, rename } from './case-file.ts';
import { AFTER_MAX, evidenceOf, type MessagesOf, passed, RecentRecords } from './evidence.ts';
import { type IncidentFilter, Listing } from './listing.ts';
import type { Observed } from './observed.ts';

const INCIDENTS_MAX = 10_000;
/** A closed incident is reopened by the same thing within this time; later it is a new one. */
const REOPEN_MS = 7 * 24 * 3_600_000;
/** Parts are taken in while the other incident was seen within this time. */
const PART_MS = 3_600_000;
const TOLD_EVERY_MS = 60_000;
const SUSPECT_MS = 24 * 3_600_000;
const WATCHES_MAX = 1_000;
const ROOM_LOOKED_MAX = 100;

export type IncidentEvent = {
  readonly kind: 'opened' | 'changed' | 'reopened' | 'renamed' | 'merged' | 'status';
  readonly incident: Incident;
  /** True when it accuses its actors. */
  readonly isAccusing: boolean;
};

export interface IncidentEdit {
  readonly by: string;
  readonly status?: IncidentStatus;
  /** Null takes the assignee away. */
  readonly assignee?: string | null;
  readonly comment?: string;
  readonly ticket?: string;
  readonly tag?: string;
}

export interface IncidentsOptions {
  readonly precisionOf: (detection: string) => number;
  readonly messagesOf: MessagesOf;
  readonly onEvent: (event: IncidentEvent) => void;
  /** A person judged it: the naming detection was right, wrong, or the judgement was taken back. */
  readonly onMark: (detection: string, before: IncidentStatus, after: IncidentStatus) => void;
}

export class Incidents {
  dropped = 0;
  readonly #options: IncidentsOptions;
  readonly #byId = new Map<string, CaseFile>();
  readonly #listing = new Listing();
  readonly #messages = new AttachedMessages();
  readonly #byKey = new Map<string, CaseFile>();
  readonly #byActor = new Map<string, Set<CaseFile>>();
  readonly #accusing = new Set<string>();
  readonly #recent = new RecentRecords();
  /** Actor → incidents that still want transactions after the trigger. */
  readonly #watches = new Map<string, { file: CaseFile; left: number }>();

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Every transaction passes here once, for evidence before and after. */
  pass(record: TransactionRecord, endpoint: string, keys: readonly string[]): void {
    this.#recent.add(record, keys);
    if (this.#watches.size === 0) return;
    for (const key of keys) {
      const watch = this.#watches.get(key);
      if (watch === undefined) continue;
      this.#addEvidence(watch.file, evidenceOf(passed(record), endpoint, 'after', this.#options.messagesOf));
      watch.left -= 1;
      if (watch.left <= 0) this.#watches.delete(key);
    }
  }

  /** The incident it belongs to, or undefined when people said that it is none. */
  observe(observed: Observed): Incident | undefined {
    const found = this.#find(observed);
    const file = found ?? this.#open(observed);
    if (file.status === 'false-positive' || file.status === 'accepted') {
      file.lastSeen = Math.max(file.lastSeen, observed.at);
      file.count += observed.count;
      return undefined;
    }
    const isReopened = file.status === 'resolved';
    if (isReopened) {
      change(file, { at: observed.at, by: 'analysis', what: 'reopened', from: file.status, to: 'open' });
      file.status = 'open';
    }
    const isNotable = countIn(file, observed);
    if (observed.isAccusing) {
      this.#accusing.add(file.id);
      for (const actor of file.actors) this.#link(actor, file);
    }
    this.#index(file, observed);
    const { isRenamed, merged } = this.#settle(file, observed);
    this.#gather(file, observed, found === undefined || isReopened);
    for (const one of merged) this.#tell(one, 'merged', observed.at);
    if (found === undefined) this.#tell(file, 'opened', observed.at);
    else if (isReopened) this.#tell(file, 'reopened', observed.at);
    else if (isRenamed) this.#tell(file, 'renamed', observed.at);
    else if (isNotable || this.#isDue(file, observed.at)) this.#tell(file, 'changed', observed.at);
    return this.#incident(file);
  }

  get(id: string): Incident | undefined {
    const file = this.#byId.get(id);
    return file === undefined ? undefined : this.#incident(file);
  }

  /** Latest first; merged ones are left out. */
  list(filter: IncidentFilter, offset: number, limit: number): { total: number; items: Incident[] } {
    const { total, files } = this.#listing.page(filter, offset, limit);
    return { total, items: files.map((file) => this.#incident(file)) };
  }

  /** All of them, latest first, to be counted: nothing is built. Merged ones are left out. */
  latest(): Iterable<Readonly<CaseFile>> {
    return this.#listing.latest();
  }

  edit(id: string, edit: IncidentEdit, at: number): Incident | undefined {
    const file = this.#byId.get(id);
    if (file === undefined) return undefined;
    const { by } = edit;
    if (edit.status !== undefined && edit.status !== file.status) {
      this.#options.onMark(file.entry.detection, file.status, edit.status);
      change(file, { at, by, what: 'status', from: file.status, to: edit.status });
      file.status = edit.status;
    }
    if (edit.assignee !== undefined && (edit.assignee ?? undefined) !== file.assignee) {
      const to = edit.assignee ?? undefined;
      change(file, { at, by, what: 'assignee', from: file.assignee, to });
      file.assignee = to;
    }
    if (edit.comment !== undefined) {
      file.comments.push({ at, by, text: edit.comment });
      if (file.comments.length > INCIDENT_COMMENTS_MAX) file.comments.shift();
    }
    if (edit.ticket !== undefined && !file.tickets.includes(edit.ticket)) {
      file.tickets.push(edit.ticket);
      change(file, { at, by, what: 'ticket', from: undefined, to: edit.ticket });
    }
    if (edit.tag !== undefined && !file.tags.includes(edit.tag)) file.tags.push(edit.tag);
    this.#tell(file, 'status', at);
    return this.#incident(file);
  }

  /** Status and severity → how many; merged ones are left out. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { status, severity, mergedInto } of this.#byId.values()) {
      if (mergedInto !== undefined) continue;
      const key = `${status} ${severity}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  /** Masked copies of a transaction's messages, which came after it. */
  attachMessages(transactionId: string, messages: Messages): void {
    this.#messages.attach(transactionId, messages);
  }

  /** Notes a restriction in the history of the incident it was made for. */
  noteRestriction(id: string, by: string, what: string, at: number): void {
    const file = this.#byId.get(id);
    if (file !== undefined) change(file, { at, by, what: 'restriction', from: undefined, to: what });
  }

  /** True while an accusing incident of the actor is open and fresh: nothing is learned from it. */
  isSuspect(key: string, now: number): boolean {
    const files = this.#byActor.get(key);
    if (files === undefined) return false;
    for (const file of files) {
      if ((file.status === 'open' || file.status === 'in-progress') && file.lastSeen > now - SUSPECT_MS) return true;
    }
    return false;
  }

  templateOf(id: string): string | undefined {
    return this.#byId.get(id)?.entry.whatHappened;
  }

  /** The statuses of an actor's incidents by id, for its confidence. */
  statusOf(id: string): IncidentStatus | undefined {
    return this.#byId.get(id)?.status;
  }

  dump(): unknown {
    return { files: listed(this.#byId.values(), (file) => file), accusing: [...this.#accusing] };
  }

  restore(dump: unknown): void {
    const { files, accusing } = dump as { files: CaseFile[]; accusing: string[] };
    for (const id of accusing) this.#accusing.add(id);
    for (const file of files) {
      this.#byId.set(file.id, file);
      this.#listing.add(file);
      this.#messages.adopt(file);
      if (file.mergedInto !== undefined) continue;
      for (const key of file.keys) this.#byKey.set(key, file);
      if (this.#accusing.has(file.id)) for (const actor of file.actors) this.#link(actor, file);
    }
  }

  #find(observed: Observed): CaseFile | undefined {
    for (const group of observed.groups) {
      const file = this.#byKey.get(keyOf(observed, group));
      if (file === undefined) continue;
      const isClosed = file.status === 'resolved';
      if (isClosed && observed.at - file.lastSeen > REOPEN_MS) continue;
      return file;
    }
    return observed.isAccusing ? this.#findWhole(observed) : undefined;
  }

  /** An incident of the same actor that is of the same kind, that takes this one in, or that this one takes in. */
  #findWhole(observed: Observed): CaseFile | undefined {
    let smaller: CaseFile | undefined;
    for (const file of this.#neighbours(observed)) {
      const { detection } = file.entry;
      // Of an address at first, and then of the token that it shows as well: one attack.
      if (detection === observed.entry.detection || observed.entry.partOf.includes(detection)) return file;
      if (file.entry.partOf.includes(observed.entry.detection)) {
        if (smaller === undefined || file.detectedAt < smaller.detectedAt) smaller = file;
      }
    }
    return smaller;
  }

  *#neighbours(observed: Observed): IterableIterator<CaseFile> {
    for (const group of observed.groups) {
      for (const file of this.#byActor.get(group) ?? []) {
        if (file.status !== 'open' && file.status !== 'in-progress') continue;
        if (observed.at - file.lastSeen > PART_MS) continue;
        const isSamePlace = file.endpoint === observed.endpoint || file.endpoint === '*' || observed.endpoint === '*';
        if (isSamePlace || file.endpoints.includes(observed.endpoint)) yield file;
      }
    }
  }

  /** After counting: the name of the whole, and the parts that stood beside it. */
  #settle(file: CaseFile, observed: Observed): { isRenamed: boolean; merged: CaseFile[] } {
    const isRenamed =
      file.entry.detection !== observed.entry.detection && file.entry.partOf.includes(observed.entry.detection);
    if (isRenamed) {
      rename(file, observed);
      file.count = Math.max(file.count, observed.count);
      file.severity = observed.severity;
    } else if (file.entry.detection === observed.entry.detection) file.entry = observed.entry;
    const merged: CaseFile[] = [];
    const same = observed.groups.map((group) => this.#byKey.get(keyOf(observed, group)));
    for (const other of new Set([...same, ...(observed.isAccusing ? this.#neighbours(observed) : [])])) {
      if (other === undefined || other === file || other.mergedInto !== undefined) continue;
      const isSame = other.entry.detection === file.entry.detection && same.includes(other);
      if (!isSame && !other.entry.partOf.includes(file.entry.detection)) continue;
      merge(file, other, observed.at);
      for (const one of file.evidence) if (one.request === undefined) this.#messages.await(file, one.transactionId);
      for (const key of other.keys) this.#addKey(file, key);
      for (const actor of other.actors) {
        this.#byActor.get(actorKey(actor))?.delete(other);
        if (file.actors.includes(actor)) this.#link(actor, file);
      }
      merged.push(other);
    }
    return { isRenamed, merged };
  }

  #open(observed: Observed): CaseFile {
    if (this.#byId.size >= INCIDENTS_MAX) this.#makeRoom();
    const file = openCase(this.#newId(observed), observed, 'analysis');
    this.#byId.set(file.id, file);
    this.#listing.add(file);
    return file;
  }

  #newId(observed: Observed): string {
    const base = createHash('sha256').update(keyOf(observed, observed.groups[0]!)).digest('hex').slice(0, 12);
    for (let i = 1; ; i++) if (!this.#byId.has(`inc-${base}-${i}`)) return `inc-${base}-${i}`;
  }

  #index(file: CaseFile, observed: Observed): void {
    for (const group of observed.groups) {
      const key = keyOf(observed, group);
      const other = this.#byKey.get(key);
      // Taken by another incident of the same detection: settled by merging.
      if (other !== undefined && other !== file && other.mergedInto === undefined && other.status !== 'resolved')
        continue;
      this.#addKey(file, key);
    }
  }

  #addKey(file: CaseFile, key: string): void {
    this.#byKey.set(key, file);
    if (!file.keys.includes(key)) file.keys.push(key);
  }

  #link(actor: Actor, file: CaseFile): void {
    const key = actorKey(actor);
    const files = this.#byActor.get(key);
    if (files === undefined) this.#byActor.set(key, new Set([file]));
    else files.add(file);
  }

  #gather(file: CaseFile, observed: Observed, isFirst: boolean): void {
    const record = observed.occurrence?.record;
    if (record === undefined) return;
    const keys = new Set(observed.groups.filter((group) => !group.startsWith('endpoint:')));
    if (isFirst && keys.size > 0) {
      for (const earlier of this.#recent.before(keys, record.id)) {
        this.#addEvidence(file, evidenceOf(earlier, earlier.endpoint, 'before', this.#options.messagesOf));
      }
    }
    this.#addEvidence(
      file,
      evidenceOf(passed(record), observed.occurrence!.endpoint, 'trigger', this.#options.messagesOf),
    );
    const [first] = keys;
    if (isFirst && first !== undefined && this.#watches.size < WATCHES_MAX) {
      this.#watches.set(first, { file, left: AFTER_MAX });
    }
  }

  #addEvidence(file: CaseFile, evidence: Evidence): void {
    if (addEvidence(file, evidence) && evidence.request === undefined)
      this.#messages.await(file, evidence.transactionId);
  }

  #isDue(file: CaseFile, at: number): boolean {
    if (file.count >= file.toldCount * 2) return true;
    return at - file.toldAt >= TOLD_EVERY_MS && file.count > file.toldCount;
  }

  #tell(file: CaseFile, kind: IncidentEvent['kind'], at: number): void {
    file.toldAt = at;
    file.toldCount = file.count;
    this.#options.onEvent({ kind, incident: this.#incident(file), isAccusing: this.#accusing.has(file.id) });
  }

  #incident(file: CaseFile): Incident {
    return incidentOf(file, this.#options.precisionOf);
  }

  /** Of the earliest made, closed ones first, then the one that was seen longest ago. A storm must not make this slow. */
  #makeRoom(): void {
    let oldest: CaseFile | undefined;
    let looked = 0;
    for (const file of this.#byId.values()) {
      if (oldest === undefined || rank(file) < rank(oldest)) oldest = file;
      if (++looked >= ROOM_LOOKED_MAX) break;
    }
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    this.#listing.remove(oldest);
    this.#accusing.delete(oldest.id);
    for (const key of oldest.keys) if (this.#byKey.get(key) === oldest) this.#byKey.delete(key);
    for (const actor of oldest.actors) {
      const files = this.#byActor.get(actorKey(actor));
      files?.delete(oldest);
      if (files?.size === 0) this.#byActor.delete(actorKey(actor));
    }
    this.dropped += 1;
  }
}

function keyOf({ entry, endpoint }: Observed, group: string): string {
  return `${entry.detection}\n${endpoint}\n${group}`;
}

/** What is dropped first has the smallest: closed before open, then by time. */
function rank(file: CaseFile): number {
  const isOpen = file.status === 'open' || file.status === 'in-progress';
  return (isOpen ? 1e15 : 0) + file.lastSeen;
}
