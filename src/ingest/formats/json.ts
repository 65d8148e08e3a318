// One JSON value of unknown make → the transactions it tells of.
import type { RecordedEntry } from '../entry.ts';
import { isLoose } from '../recorded-message.ts';
import { fromEnvoy } from './envoy.ts';
import { fromHarEntry } from './har.ts';
import { fromTransaction } from './transaction.ts';
import { fromZapMessage } from './zap.ts';

/** Never throws: what cannot be read is an entry that says why. */
export function* entriesOfJson(text: string, line: number): Generator<RecordedEntry> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    yield { malformed: `not JSON: ${shortened((error as Error).message)}`, line };
    return;
  }
  yield* entriesOfValue(value, line);
}

function* entriesOfValue(value: unknown, line: number): Generator<RecordedEntry> {
  if (!isLoose(value)) {
    yield { malformed: 'a transaction is a JSON object', line };
    return;
  }
  if (isLoose(value.log) && Array.isArray(value.log.entries)) {
    for (const one of value.log.entries) yield* entriesOfValue(one, line);
    return;
  }
  if (Array.isArray(value.messages)) {
    for (const one of value.messages) yield* entriesOfValue(one, line);
    return;
  }
  try {
    const envoy = fromEnvoy(value);
    const made = envoy ?? [
      'startedDateTime' in value
        ? fromHarEntry(value)
        : 'requestHeader' in value
          ? fromZapMessage(value)
          : fromTransaction(value),
    ];
    for (const transaction of made) yield { transaction, line, isTimed: transaction.at > 0 };
  } catch (error) {
    yield { malformed: shortened((error as Error).message), line };
  }
}

/** Parsers quote what they read; a recording's values do not belong into messages. */
function shortened(message: string): string {
  return message
    .replace(/, ".*$/s, '')
    .replace(/\s+in JSON at position/, ' at position')
    .slice(0, 200);
}
