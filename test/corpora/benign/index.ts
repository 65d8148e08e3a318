// The benign corpus: transactions of a request and a response, each kind as often as the next.
import { Random } from '../random.ts';
import type { CorpusCase } from '../transaction.ts';
import { REQUESTS } from './requests.ts';
import { RESPONSES } from './responses.ts';

export function benignCases(seed: number, count: number): CorpusCase[] {
  const r = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const [kind, make] = REQUESTS[i % REQUESTS.length]!;
    const [answer, respond] = RESPONSES[i % RESPONSES.length]!;
    return { kind, name: `${kind} answered by ${answer}`, request: make(r), response: respond(r) };
  });
}
