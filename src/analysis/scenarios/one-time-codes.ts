// Second factors: a request that tries a short code is a login of whom the challenge, or the session, stands for.
import { hashOf } from '../../core/hash.ts';
import { isIdentifierField } from '../../core/identifier-field.ts';
import type { ObservedField } from '../../core/observation.ts';

const PLACE = /(?:otp|mfa|2fa|two-?factor|verif|challenge|one-?time|passcode|second-?factor)/i;
const CODE =
  /^(?:code|pin|otp|totp|passcode|token|(?:otp|totp|mfa|sms|verification|security|auth)_?(?:code|pin|token))$/i;
const WHOM = /^(?:challenge|e?mail|phone|user(?:name)?|login|account|transaction)/i;
const CODE_CHARS_MAX = 10;

/** The hash of whom the code is for, or undefined when no code is tried. */
export function accountOfCode(
  method: string,
  place: string,
  fields: readonly ObservedField[],
  principal: string | undefined,
): string | undefined {
  if (method !== 'POST' || fields.length === 0 || fields.length > 12 || !PLACE.test(place)) return undefined;
  const nameOf = ({ pointer }: ObservedField): string => pointer.slice(pointer.lastIndexOf('/') + 1);
  const code = fields.find((field) => CODE.test(nameOf(field)) && (field.length ?? 6) <= CODE_CHARS_MAX);
  if (code === undefined) return undefined;
  const whom = fields.find(
    (field) => field !== code && field.hash !== undefined && (WHOM.test(nameOf(field)) || isIdentifierField(field)),
  );
  if (whom !== undefined) return whom.hash;
  return principal === undefined ? undefined : hashOf(principal).toString(16).padStart(16, '0').slice(0, 16);
}

/** What a wrong code is answered with; not a limit of rates, and not a code of nobody. */
export function isWrongCode(status: number): boolean {
  return status >= 400 && status < 500 && status !== 404 && status !== 429;
}
