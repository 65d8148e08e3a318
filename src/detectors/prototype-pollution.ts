// Prototype pollution: keys that reach from an object into the prototype all objects share.
import { ALPHA } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

export const prototypePollution: FieldDetector = {
  kind: 'field',
  id: 'prototype-pollution',
  classes: ALPHA,
  settings: noSettings,
  load: () => (field) => {
    if (field.of !== 'key' && field.decodings.at(-1) !== 'json') return undefined;
    const { text, pointer } = field;
    if (/(?:^|[[.\]/])__proto__(?:$|[[.\]/])/.test(text))
      return { confidence: 0.95, what: 'has __proto__ as a key', matched: text };
    const isPath =
      /(?:^|[[.])constructor(?:\]\[|\.|\]\.|\[)prototype(?:$|[\].[])/.test(text) ||
      (text === 'prototype' && /\/constructor\/prototype$/.test(pointer));
    return isPath ? { confidence: 0.95, what: 'reaches constructor.prototype', matched: text } : undefined;
  },
};
