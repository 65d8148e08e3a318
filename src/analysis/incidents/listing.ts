// The incidents as people list them: latest first, narrowed by what somebody asks for.
// Invariant: it looks at the case files themselves; an incident is built only when it is shown, so that a filter over all of them
// costs milliseconds and not the reader of records.
import { actorKey } from '../../core/actor.ts';
import type { Incident } from '../../core/incident.ts';
import { type CaseFile, titleOf, whatHappenedIn } from './case-file.ts';

export interface IncidentFilter {
  readonly status?: readonly Incident['status'][];
  readonly severity?: readonly Incident['severity'][];
  readonly module?: Incident['module'];
  readonly family?: Incident['family'];
  /** Category of the OWASP API Security Top 10, such as `API1:2023`. */
  readonly owasp?: string;
  readonly detection?: string;
  readonly endpoint?: string;
  /** Key of an actor. */
  readonly actor?: string;
  readonly result?: Incident['result'];
  readonly since?: number;
  /** Of a transaction that is evidence of it. */
  readonly transaction?: string;
  /** In title or sentence, whatever the case. */
  readonly text?: string;
}

/** How many may be gone before their places are given back. */
const GONE_MAX = 1_000;

export class Listing {
  /** Nearly in order, which is why putting them in order again is cheap. */
  #files: CaseFile[] = [];
  readonly #gone = new Set<CaseFile>();

  add(file: CaseFile): void {
    this.#files.push(file);
  }

  remove(file: CaseFile): void {
    this.#gone.add(file);
    if (this.#gone.size >= GONE_MAX) this.#tidy();
  }

  /** Latest first, without those that another one took in. */
  *latest(): IterableIterator<CaseFile> {
    this.#tidy();
    this.#files.sort((a, b) => b.lastSeen - a.lastSeen);
    for (const file of this.#files) if (file.mergedInto === undefined) yield file;
  }

  page(filter: IncidentFilter, offset: number, limit: number): { readonly total: number; readonly files: CaseFile[] } {
    const isIn = wanted(filter);
    const files: CaseFile[] = [];
    let total = 0;
    for (const file of this.latest()) {
      if (!isIn(file)) continue;
      if (total >= offset && files.length < limit) files.push(file);
      total += 1;
    }
    return { total, files };
  }

  #tidy(): void {
    if (this.#gone.size === 0) return;
    this.#files = this.#files.filter((file) => !this.#gone.has(file));
    this.#gone.clear();
  }
}

function wanted(filter: IncidentFilter): (file: CaseFile) => boolean {
  const { status, severity, module, family, owasp, detection, endpoint, actor, result, since, transaction } = filter;
  const text = filter.text?.toLowerCase();
  return (file) => {
    if (status !== undefined && !status.includes(file.status)) return false;
    if (severity !== undefined && !severity.includes(file.severity)) return false;
    if (module !== undefined && file.entry.module !== module) return false;
    if (family !== undefined && file.entry.family !== family) return false;
    if (owasp !== undefined && !file.entry.owasp.includes(owasp)) return false;
    if (detection !== undefined && !Object.hasOwn(file.detections, detection)) return false;
    if (endpoint !== undefined && file.endpoint !== endpoint && !file.endpoints.includes(endpoint)) return false;
    if (actor !== undefined && !file.actors.some((one) => actorKey(one) === actor)) return false;
    if (result !== undefined && file.result !== result) return false;
    if (since !== undefined && file.lastSeen < since) return false;
    if (transaction !== undefined && !file.evidence.some((one) => one.transactionId === transaction)) return false;
    return text === undefined || textOf(file).includes(text);
  };
}

interface Told extends Pick<CaseFile, 'entry' | 'figures' | 'count' | 'endpoint'> {
  readonly actors: number;
  readonly text: string;
}

/** While somebody types a word, the sentences stay what they are. */
const told = new WeakMap<CaseFile, Told>();

/** Title and sentence in small letters. */
function textOf(file: CaseFile): string {
  const known = told.get(file);
  const { entry, figures, count, endpoint } = file;
  const actors = file.actors.length;
  const isSame =
    known?.count === count &&
    known.figures === figures &&
    known.entry === entry &&
    known.endpoint === endpoint &&
    known.actors === actors;
  if (isSame) return known.text;
  const text = `${titleOf(file)}\n${whatHappenedIn(file)}`.toLowerCase();
  told.set(file, { entry, figures, count, endpoint, actors, text });
  return text;
}
