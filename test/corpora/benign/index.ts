// The benign corpus: two requests and then an answer, each kind as often as the next of its own.
import { Random } from '../random.ts';
import { type CorpusCase, get } from '../transaction.ts';
import { REQUESTS } from './requests.ts';
import { RESPONSES } from './responses.ts';

export function benignCases(seed: number, count: number): CorpusCase[] {
  const r = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const turn = Math.floor(i / 3);
    if (i % 3 === 2) {
      const [kind, respond] = RESPONSES[turn % RESPONSES.length]!;
      return { kind: `answer: ${kind}`, name: kind, request: get('/api/items?page=2'), response: respond(r) };
    }
    const [kind, make] = REQUESTS[(2 * turn + (i % 3)) % REQUESTS.length]!;
    return { kind, name: kind, request: make(r) };
  });
}
