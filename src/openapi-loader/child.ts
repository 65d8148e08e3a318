// Runs in a process of its own: reads API documents, says what came of it, ends. A document that kills the parser kills only this.
import { type DocumentRead, readDocument } from './read-documents.ts';
import type { ReadRequest } from './read-in-child.ts';

process.once('message', (requests: readonly ReadRequest[]) => {
  const reads: DocumentRead[] = requests.map(({ source, texts }) => readDocument(source, new Map(texts)));
  process.send!(reads, () => process.disconnect());
});
