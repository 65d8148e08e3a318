// AssemblyScript. The checks of src/data-types/validators.ts that are asked most, on the bytes; all others are asked there.
// Invariant: the answer is the validator's own, for every text.
import { byteAt, input, scratch } from './scan-tables';

/** In the order of NATIVE_CHECKS of src/data-types/json-tables.ts. */
const ALWAYS: u32 = 0;
const CARD: u32 = 2;
const US_SSN: u32 = 3;
const US_ITIN: u32 = 4;
const PHONE: u32 = 5;
const KR_RRN: u32 = 6;
const PUBLIC_IP: u32 = 7;

const DIGITS_MAX: u32 = 32;

/** Whether a text passes the check of a type: asked outside. */
// @ts-ignore: a decorator of AssemblyScript
@external('env', 'check')
declare function checkOutside(type: u32, start: u32, stop: u32): u32;

export function passes(check: u32, type: u32, at: u32, stop: u32): bool {
  switch (check) {
    case ALWAYS:
      return true;
    case CARD: {
      const n = readDigits(at, stop);
      return n <= DIGITS_MAX && isCard(n);
    }
    case US_SSN: {
      const n = readDigits(at, stop);
      return n == 9 && isUsSsn();
    }
    case US_ITIN: {
      const n = readDigits(at, stop);
      return n == 9 && digit(0) == 9 && isItinGroup(number(3, 2));
    }
    case PHONE: {
      const n = readDigits(at, stop);
      return n >= 7 && n <= 15 && variety(n) > 2 && !isDottedDate(at, stop);
    }
    case KR_RRN: {
      const n = readDigits(at, stop);
      return n == 13 && isKrRrn();
    }
    case PUBLIC_IP: {
      const answer = isPublicIpv4(at, stop);
      return answer == UNKNOWN ? checkOutside(type, at - input, stop - input) != 0 : answer == YES;
    }
    default:
      return checkOutside(type, at - input, stop - input) != 0;
  }
}

const NO: u32 = 0;
const YES: u32 = 1;
const UNKNOWN: u32 = 2;

/** The digits of the text, whatever is between them; their number. */
function readDigits(at: u32, stop: u32): u32 {
  let n: u32 = 0;
  for (let i = at; i < stop; i++) {
    const c = byteAt(i) - 0x30;
    if (c > 9) continue;
    if (n < DIGITS_MAX) store<u8>(scratch + DIGITS + n, <u8>c);
    n += 1;
  }
  return n;
}
/** Behind the marks of a walk, which go on being asked. */
const DIGITS: u32 = 256;

// @ts-ignore
@inline
function digit(i: u32): u32 {
  return load<u8>(scratch + DIGITS + i);
}

function number(from: u32, count: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) value = value * 10 + digit(from + i);
  return value;
}

/** How many different ones. */
function variety(n: u32): u32 {
  let seen: u32 = 0;
  for (let i: u32 = 0; i < n; i++) seen |= 1 << digit(i);
  return popcnt(seen);
}

function luhn(n: u32): bool {
  let sum: u32 = 0;
  let isSecond = false;
  for (let i = n; i > 0; i--) {
    let one = digit(i - 1);
    if (isSecond) one = one > 4 ? one * 2 - 9 : one * 2;
    sum += one;
    isSecond = !isSecond;
  }
  return n > 1 && sum % 10 == 0;
}

function isCard(n: u32): bool {
  return n >= 13 && isIssued(n, number(0, 4)) && luhn(n) && variety(n) > 1;
}

/** `head` are the first four digits. */
function isIssued(n: u32, head: u32): bool {
  const two = head / 100;
  const three = head / 10;
  switch (head / 1000) {
    case 4:
      return n == 13 || n == 16 || n == 19;
    case 5:
      return n == 16 && two >= 51 && two <= 55;
    case 2:
      return n == 16 && head >= 2221 && head <= 2720;
    case 3:
      if (n == 15) return two == 34 || two == 37;
      if (n == 14) return (three >= 300 && three <= 305) || two == 36 || two == 38 || two == 39;
      return n == 16 && head >= 3528 && head <= 3589;
    case 6:
      if (two == 62) return n >= 16 && n <= 19;
      return n == 16 && (head == 6011 || two == 65 || (three >= 644 && three <= 649));
    case 9:
      return n == 16 && two >= 94 && two <= 97;
    default:
      return false;
  }
}

function isUsSsn(): bool {
  const all = number(0, 9);
  const area = number(0, 3);
  if (variety(9) < 3 || area == 0 || area == 666 || area >= 900) return false;
  if (number(3, 2) == 0 || number(5, 4) == 0) return false;
  return all != 78051120 && all != 219099999 && all != 123456789;
}

function isItinGroup(group: u32): bool {
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
}

/** `2026-11-24`, `2026.11.24`, `2026/11/24`. */
function isDottedDate(at: u32, stop: u32): bool {
  if (stop - at != 10 || !isDateMark(byteAt(at + 4)) || !isDateMark(byteAt(at + 7))) return false;
  for (let i: u32 = 0; i < 10; i++) if (i != 4 && i != 7 && byteAt(at + i) - 0x30 > 9) return false;
  const century = number(0, 2);
  const month = number(4, 2);
  return (century == 19 || century == 20) && month >= 1 && month <= 12;
}

function isDateMark(c: u32): bool {
  return c >= 0x2d && c <= 0x2f;
}

function isKrRrn(): bool {
  const sex = digit(6);
  if (sex < 1 || sex > 8) return false;
  const year = (sex == 1 || sex == 2 || sex == 5 || sex == 6 ? 1900 : 2000) + number(0, 2);
  if (!isDate(year, number(2, 2), number(4, 2))) return false;
  if (year >= 2020) return true;
  let sum: u32 = 0;
  for (let i: u32 = 0; i < 12; i++) sum += (i < 8 ? i + 2 : i - 6) * digit(i);
  const check = (11 - (sum % 11)) % 10;
  return (sex >= 5 ? (check + 2) % 10 : check) == digit(12);
}

function isDate(year: u32, month: u32, day: u32): bool {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const days: u32 =
    month == 2 ? (isLeap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  return day <= days;
}

/** Four numbers without a leading zero, of no private or reserved range; UNKNOWN for anything else than digits and dots. */
function isPublicIpv4(at: u32, stop: u32): u32 {
  let parts: u32 = 0;
  let address: u32 = 0;
  let part: u32 = 0;
  let length: u32 = 0;
  for (let i = at; i <= stop; i++) {
    const c = i == stop ? 0x2e : byteAt(i);
    if (c == 0x2e) {
      if (length == 0 || length > 3 || part > 255) return NO;
      address = (address << 8) | part;
      parts += 1;
      part = 0;
      length = 0;
      continue;
    }
    if (c - 0x30 > 9) return UNKNOWN;
    if (length > 0 && part == 0) return NO;
    part = part * 10 + c - 0x30;
    length += 1;
    if (length > 3) return NO;
  }
  if (parts != 4) return NO;
  const a = address >> 24;
  const b = (address >> 16) & 255;
  const isPrivate =
    a == 10 ||
    a == 127 ||
    a == 0 ||
    a >= 224 ||
    (a == 172 && b >= 16 && b <= 31) ||
    (a == 192 && b == 168) ||
    (a == 169 && b == 254);
  return isPrivate ? NO : YES;
}
