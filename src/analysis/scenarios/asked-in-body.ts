// What a body asks for: ids of objects, and names by which people, codes and accounts are looked up. Fields of JSON and forms,
// variables of GraphQL, elements of a batch alike.
import { numberOfHash } from '../../core/hash.ts';
import { isIdentifierField } from '../../core/identifier-field.ts';
import type { ObservedField } from '../../core/observation.ts';
import type { ParameterValue } from './occurrence.ts';

/** What is tried one after the other to see which are there. */
const LOOKED_UP =
  /^(?:e?mail(?:address)?|phone(?:number)?|mobile|msisdn|user(?:name)?|login|handle|code|coupon(?:code)?|voucher(?:code)?|promo(?:code)?|giftcard|pin|otp|iban|card(?:number)?|ssn|licenseplate|vin)s?$/i;
const SECRET = /pass|secret|token|signature|hash|nonce|idempotency|csrf|captcha|requestid|traceid|correlation/i;

export function askedInBody(fields: readonly ObservedField[], max: number): ParameterValue[] {
  const asked: ParameterValue[] = [];
  for (const field of fields) {
    if (asked.length >= max) break;
    if (field.hash === undefined) continue;
    const name = nameOf(field.pointer);
    if (SECRET.test(name)) continue;
    if (!isIdentifierField({ ...field, pointer: `/${name.replace(/s$/, '')}` }) && !isLookedUp(name)) continue;
    asked.push({ name: `body:${field.pointer}`, hash: numberOfHash(field.hash), number: field.number });
  }
  return asked;
}

/** `phone` of `query:phone`, `email` of `body:/user/email`: a walk through them is a search for people or codes. */
export function isLookedUp(parameter: string): boolean {
  return LOOKED_UP.test(nameOf(parameter.slice(parameter.indexOf(':') + 1)).replace(/[_-]/g, ''));
}

const IDENTIFIER = /(?:^|[_-])(?:id|uuid|guid|key|number|no|file)s?$|(?:Id|Uuid|Guid|Number|No)s?$/;

/** Of `query:patientId`, `body:/ids/*`: it names an object. */
export function isIdentifierName(parameter: string): boolean {
  return IDENTIFIER.test(nameOf(parameter.slice(parameter.indexOf(':') + 1)));
}

/** `id` of `/variables/id`, `ids` of `/ids/*`. */
function nameOf(pointer: string): string {
  const parts = pointer.split('/').filter((part) => part !== '*');
  return parts.at(-1) ?? '';
}
