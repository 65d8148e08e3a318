// One JSON value of unknown make → the transactions it tells of.
import { ENTRY_DEPTH_MAX, type RecordedEntry, TOO_DEEP } from '../entry.ts';
import { isLoose } from '../recorded-message.ts';
import { fromEnvoy } from './envoy.ts';
import { fromHarEntry } from './har.ts';
import { fromTransaction } from './transaction.ts';
import { fromZapMessage } from './zap.ts';

/** Never throws: what cannot be read is an entry that says why. */
export function* entriesOfJson(text: string, line: number): Generator<RecordedEntry> {
  if (isTooDeep(text)) {
    yield { malformed: TOO_DEEP, line };
    return;
  }
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
  const readers = fromEnvoy(value) ?? [
    () =>
      'startedDateTime' in value
        ? fromHarEntry(value)
        : 'requestHeader' in value
          ? fromZapMessage(value)
          : fromTransaction(value),
  ];
  for (const reader of readers) {
    try {
      const transaction = reader();
      yield { transaction, line, isTimed: transaction.at > 0 };
    } catch (error) {
      yield { malformed: shortened((error as Error).message), line };
    }
  }
}

/** Looked at before it is parsed: the parser takes any depth, and nothing after it does. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > ENTRY_DEPTH_MAX) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** Parsers quote what they read; a recording's values do not belong into messages. */
function shortened(message: string): string {
  return message
    .replace(/, ".*$/s, '')
    .replace(/\s+in JSON at position/, ' at position')
    .slice(0, 200);
}
