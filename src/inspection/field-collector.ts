// Keeps the fields of one message that a detector has to see, up to a bound; counts the rest.
import { SUSPECT } from '../core/characters.ts';
import type { Field, FieldSink } from '../core/field.ts';

export class FieldCollector implements FieldSink {
  readonly wanted = SUSPECT;
  readonly fields: Field[] = [];
  readonly #fieldsMax: number;
  /** True when fields were left out: the message was not inspected as a whole. */
  isOverflown = false;

  constructor(fieldsMax: number) {
    this.#fieldsMax = fieldsMax;
  }

  add(field: Field): void {
    if (this.fields.length < this.#fieldsMax) this.fields.push(field);
    else this.isOverflown = true;
  }

  skip(): void {}
}
