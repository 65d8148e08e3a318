import { classesOf } from '../../src/core/characters.ts';
import type { FieldDetector, Recognition } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';

/** A field as a decoder would make it; name only what the test is about. */
export function field(text: string, overrides: Partial<Field> = {}): Field {
  return {
    location: 'body',
    pointer: '/value',
    name: 'value',
    of: 'value',
    text,
    classes: classesOf(text),
    decodings: [],
    ...overrides,
  };
}

/** What a detector says of a text, asked only when the engine would ask it. */
export function recognise(
  detector: FieldDetector,
  text: string,
  overrides: Partial<Field> = {},
): Recognition | undefined {
  const one = field(text, overrides);
  if ((one.classes & detector.classes) === 0) return undefined;
  return detector.load(detector.settings.parse({}))(one);
}
