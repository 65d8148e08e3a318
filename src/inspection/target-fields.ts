// Path segments and query pairs as fields.
import { classesOf } from '../core/characters.ts';
import { childPointer, type FieldSink } from '../core/field.ts';
import { emitPairs } from '../decoding/form.ts';
import type { DecodedTarget } from '../decoding/target.ts';

export function emitTargetFields(target: DecodedTarget, sink: FieldSink): void {
  for (const [i, text] of target.segments.entries()) {
    const classes = classesOf(text);
    if ((classes & sink.wanted) === 0) sink.skip();
    else
      sink.add({ location: 'path', pointer: childPointer('', i), name: '', of: 'value', text, classes, decodings: [] });
  }
  if (target.query.length > 0) emitPairs(target.query, 'query', sink);
}
