// application/x-www-form-urlencoded bodies: pairs as in a query, pointers as `/name`, repeated names as `/name/1`.
import { classesOf } from '../core/characters.ts';
import { childPointer, type FieldSink, type Location } from '../core/field.ts';

/** Emits names and values of decoded pairs. Bracket names (`user[role]`) stay one name, as received. */
export function emitPairs(pairs: readonly (readonly [string, string])[], location: Location, sink: FieldSink): void {
  const seen = pairs.length > 1 ? new Map<string, number>() : undefined;
  for (const [name, text] of pairs) {
    const earlier = seen?.get(name) ?? 0;
    seen?.set(name, earlier + 1);
    const nameClasses = classesOf(name);
    const classes = classesOf(text);
    const isNameWanted = (nameClasses & sink.wanted) !== 0 || /__proto__|constructor|prototype/.test(name);
    if (!isNameWanted && (classes & sink.wanted) === 0) {
      sink.skip();
      continue;
    }
    const pointer = earlier === 0 ? childPointer('', name) : childPointer(childPointer('', name), earlier);
    if (isNameWanted) sink.add({ location, pointer, name, of: 'key', text: name, classes: nameClasses, decodings: [] });
    if ((classes & sink.wanted) !== 0) sink.add({ location, pointer, name, of: 'value', text, classes, decodings: [] });
    else sink.skip();
  }
}
