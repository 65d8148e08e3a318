// What a body asks for: ids of objects, and names by which people, codes and accounts are looked up. Fields of JSON and forms,
// variables of GraphQL, elements of a batch alike.
import { numberOfHash } from '../../core/hash.ts';
import { isIdentifierFormat, isIdentifierPointer } from '../../core/identifier-field.ts';
import type { ObservedField } from '../../core/observation.ts';
import type { ParameterValue } from './occurrence.ts';

/** What is tried one after the other to see which are there. */
const LOOKED_UP =
  /^(?:e?mail(?:address)?|phone(?:number)?|mobile|msisdn|user(?:name)?|login|handle|code|coupon(?:code)?|voucher(?:code)?|promo(?:code)?|giftcard|pin|otp|iban|card(?:number)?|ssn|licenseplate|vin)s?$/i;
const SECRET = /pass|secret|token|signature|hash|nonce|idempotency|csrf|captcha|requestid|traceid|correlation/i;

const IDENTIFIER = /(?:^|[_-])(?:id|uuid|guid|key|number|no|file)s?$|(?:Id|Uuid|Guid|Number|No)s?$/;

/** What the last name of a pointer says. */
interface Meaning {
  readonly isSecret: boolean;
  /** As the name of a parameter. */
  readonly isIdentifier: boolean;
  readonly isLookedUp: boolean;
  /** As that of a field: of one or many, with a prefix or without. */
  readonly isFieldOfIds: boolean;
  readonly isFieldLookedUp: boolean;
}

/** Pointers that were looked at: the same come again and again. Forgotten when there are so many. */
const REMEMBERED_MAX = 5_000;
const remembered = new Map<string, Meaning>();

export function askedInBody(fields: readonly ObservedField[], max: number): ParameterValue[] {
  const asked: ParameterValue[] = [];
  for (const { pointer, hash, format, number } of fields) {
    if (asked.length >= max) break;
    if (hash === undefined) continue;
    const { isSecret, isFieldOfIds, isFieldLookedUp } = meaningOf(pointer);
    if (isSecret) continue;
    if (!isIdentifierFormat(format) && !isFieldOfIds && !isFieldLookedUp) continue;
    asked.push({ name: `body:${pointer}`, hash: numberOfHash(hash), number });
  }
  return asked;
}

/** `phone` of `query:phone`, `email` of `body:/user/email`: a walk through them is a search for people or codes. */
export function isLookedUp(parameter: string): boolean {
  return meaningOf(parameter.slice(parameter.indexOf(':') + 1)).isLookedUp;
}

/** Of `query:patientId`, `body:/ids/*`: it names an object. */
export function isIdentifierName(parameter: string): boolean {
  return meaningOf(parameter.slice(parameter.indexOf(':') + 1)).isIdentifier;
}

function meaningOf(pointer: string): Meaning {
  let meaning = remembered.get(pointer);
  if (meaning === undefined) {
    const name = nameOf(pointer);
    meaning = {
      isSecret: SECRET.test(name),
      isIdentifier: IDENTIFIER.test(name),
      isLookedUp: LOOKED_UP.test(name.replace(/[_-]/g, '')),
      isFieldOfIds: isIdentifierPointer(`/${name.replace(/s$/, '')}`),
      isFieldLookedUp: LOOKED_UP.test(name.slice(name.indexOf(':') + 1).replace(/[_-]/g, '')),
    };
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(pointer, meaning);
  }
  return meaning;
}

/** `id` of `/variables/id`, `ids` of `/ids/*`. */
function nameOf(pointer: string): string {
  const parts = pointer.split('/').filter((part) => part !== '*');
  return parts.at(-1) ?? '';
}
