// Places inside bodies as learning names them, `/items/*/id`, with what their names say of them, worked out once and not for every
// value: bodies of an API have the same few places again and again.
// Invariant: at most PLACES_MAX are kept; then all are forgotten, so that made-up names cost time and never memory.
import { childPointer } from '../core/field.ts';

const PLACES_MAX = 16_384;
/** Longer names are seldom seen twice. */
export const KEPT_NAME_CHARS_MAX = 64;
/** People, places and secrets are words as well. */
const PRIVATE_NAME =
  /name|mail|pass|secret|token|street|city|address|phone|note|comment|title|description|text|message/i;
const ID_NAME =
  /(?:^|[_-])(?:id|uuid|guid|key|ref|number|no|slug|owner|user|account|tenant)$|(?:Id|Uuid|Guid|Key|Ref|Number|No)$/;

export class ObservedPlace {
  readonly pointer: string;
  /** By its last name, what stands here identifies something. */
  readonly isNamedId: boolean;
  readonly isPrivate: boolean;
  /** Its number where bodies are read off their bytes; 0 before it has one. */
  node = 0;
  #members: Map<string, ObservedPlace> | undefined;
  #elements: ObservedPlace | undefined;
  readonly #kept: { count: number };

  constructor(pointer = '', kept = { count: 0 }) {
    this.pointer = pointer;
    this.isNamedId = ID_NAME.test(pointer.slice(pointer.lastIndexOf('/') + 1));
    this.isPrivate = PRIVATE_NAME.test(pointer);
    this.#kept = kept;
  }

  /** Of all elements of the array here. */
  elements(): ObservedPlace {
    this.#elements ??= this.#new(`${this.pointer}/*`);
    return this.#elements;
  }

  member(name: string): ObservedPlace {
    const known = this.#members?.get(name);
    if (known !== undefined) return known;
    const place = this.#new(childPointer(this.pointer, name));
    if (name.length <= KEPT_NAME_CHARS_MAX) {
      this.#members ??= new Map();
      this.#members.set(name, place);
    }
    return place;
  }

  #new(pointer: string): ObservedPlace {
    this.#kept.count += 1;
    return new ObservedPlace(pointer, this.#kept);
  }

  /** This place, or a new one when too many are kept below it. For a root only. */
  get fresh(): ObservedPlace {
    return this.#kept.count > PLACES_MAX ? new ObservedPlace() : this;
  }
}
