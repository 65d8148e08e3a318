// What bounds an observation, and what it is told of sensitive data.

export const FIELDS_MAX = 200;
export const DEPTH_MAX = 16;
export const ELEMENTS_MAX = 100;
export const KEYS_MAX = 200;
export const POINTER_CHARS_MAX = 256;
export const HASHED_CHARS_MAX = 64;

/** Of texts that identify something. */
export const ID_FORMATS: ReadonlySet<string> = new Set(['uuid', 'object-id', 'numeric', 'hash', 'ulid', 'prefixed-id']);

/** What an enumeration is made of. */
export const WORD = /^[A-Za-z][A-Za-z_-]{0,31}$/;

/** Where sensitive values were found, by pointer (positions as `*`), and how many by type. */
export interface SeenData {
  holds(pointer: string): boolean;
  readonly counts: readonly (readonly [string, number])[];
}

export const NO_DATA: SeenData = { holds: () => false, counts: [] };
