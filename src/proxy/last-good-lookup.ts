// Addresses of an upstream that is known by name. Invariants: a name is looked up at most once at a time, because each look-up holds
// one of the few threads of the process, and at most once in FRESH_MS; whoever asks waits no longer than PATIENCE_MS when addresses
// of before are known; when nobody answers or the name is gone, those of before stay in use until a look-up gives others.
import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

const FRESH_MS = 1_000;
const PATIENCE_MS = 500;
/** Of a longer answer the first ones; each may be tried in turn. */
const ADDRESSES_MAX = 16;

type Answer = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;
export type AskForAddresses = (name: string, options: LookupAllOptions, answer: Answer) => void;

interface Name {
  addresses: readonly LookupAddress[];
  freshUntil: number;
  /** There while a look-up is under way. */
  waiting: Answer[] | undefined;
}

/** Keeps what it learned of each name; names come from the configuration alone, so they are few. */
export function lastGoodLookup(ask: AskForAddresses = systemLookup): LookupFunction {
  const names = new Map<string, Name>();

  const begin = (hostname: string, name: Name): Answer[] => {
    const waiting: Answer[] = [];
    name.waiting = waiting;
    ask(hostname, { all: true }, (error, found) => {
      name.waiting = undefined;
      if (error === null && found.length > 0) name.addresses = found.slice(0, ADDRESSES_MAX);
      name.freshUntil = performance.now() + FRESH_MS;
      for (const answer of waiting) answer(name.addresses.length > 0 ? null : error, name.addresses);
    });
    return waiting;
  };

  return (hostname, options, callback) => {
    let name = names.get(hostname);
    if (name === undefined) {
      name = { addresses: [], freshUntil: 0, waiting: undefined };
      names.set(hostname, name);
    }
    const { addresses } = name;
    const answer: Answer = (error, found) => {
      const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
      const wanted = family === 0 ? found : found.filter((one) => one.family === family);
      const [first] = wanted;
      if (error !== null || first === undefined) callback(error ?? notFound(hostname), options.all ? [] : '', 0);
      else if (options.all === true) callback(null, [...wanted]);
      else callback(null, first.address, first.family);
    };
    if (addresses.length > 0 && performance.now() < name.freshUntil) {
      process.nextTick(answer, null, addresses);
      return;
    }
    const waiting = name.waiting ?? begin(hostname, name);
    if (addresses.length === 0) {
      waiting.push(answer);
      return;
    }
    let isAnswered = false;
    const once: Answer = (error, found) => {
      if (isAnswered) return;
      isAnswered = true;
      clearTimeout(timer);
      answer(error, found);
    };
    const timer = setTimeout(() => once(null, addresses), PATIENCE_MS);
    waiting.push(once);
  };
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address of ${hostname}`), { code: 'ENOTFOUND' });
}
