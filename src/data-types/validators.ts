// Checks that a candidate really is what its shape suggests: checksums, ranges, dates. All synchronous and pure.
// National identifiers come from stdnum and are named `stdnum:COUNTRY.NUMBER`; the others are here, each with its source.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';

export type Validator = (candidate: string) => boolean;

/** The validator of that name. @throws RangeError for an unknown name */
export function validatorNamed(name: string): Validator {
  if (name.startsWith('stdnum:')) return stdnumValidator(name.slice(7));
  const validator = OWN.get(name);
  if (validator === undefined)
    throw new RangeError(
      `no validator is called \`${name}\`; there are ${[...OWN.keys()].join(', ')} and stdnum:COUNTRY.NUMBER`,
    );
  return validator;
}

/** Checks that only ask whether a value is plausible; all others compute a checksum or an issuer's range. */
const PLAUSIBILITY = new Set([
  'actual-secret',
  'authorization',
  'email',
  'high-entropy',
  'phone',
  'public-ip',
  'several-digits',
]);

export function isChecksum(name: string | undefined): boolean {
  return name !== undefined && !PLAUSIBILITY.has(name);
}

function digitsOf(text: string): string {
  let digits = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits += text[i];
  }
  return digits;
}

/** How many different characters; a number of one or two digits repeated passes many checks and is nobody's. */
function variety(text: string): number {
  let seen = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const bit = 1 << (text.charCodeAt(i) & 31);
    if ((seen & bit) === 0) count += 1;
    seen |= bit;
  }
  return count;
}

/** ISO/IEC 7812-1 Annex B. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, isSecond = false; i >= 0; i--, isSecond = !isSecond) {
    let digit = digits.charCodeAt(i) - 0x30;
    if (isSecond) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** Issuer ranges and lengths of the card schemes, as ISO/IEC 7812 issuers publish them. */
const CARD =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|9[4-7]\d{14})$/;

function card(candidate: string): boolean {
  const digits = digitsOf(candidate);
  // One digit repeated may pass Luhn and is no card.
  return CARD.test(digits) && luhn(digits) && variety(digits) > 1;
}

/** ISO 13616: move four characters, letters to numbers, modulo 97. */
function iban(candidate: string): boolean {
  const text = candidate.replace(/[ -]/g, '').toUpperCase();
  if (IBAN_LENGTHS[text.slice(0, 2)] !== text.length) return false;
  let remainder = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i + 4 < text.length ? i + 4 : i + 4 - text.length);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && (code < 0x41 || code > 0x5a)) return false;
    remainder = isDigit ? (remainder * 10 + code - 0x30) % 97 : (remainder * 100 + code - 0x37) % 97;
  }
  return remainder === 1;
}

/** IBAN registry (SWIFT), lengths by country. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Social Security Administration: no area 000, 666 or 9xx, no group 00, no serial 0000; published sample numbers excluded. */
function usSsn(candidate: string): boolean {
  const digits = digitsOf(candidate);
  if (digits.length !== 9 || variety(digits) < 3) return false;
  return (
    !/^(?:000|666|9)|^...00|0000$/.test(digits) &&
    digits !== '078051120' &&
    digits !== '219099999' &&
    digits !== '123456789'
  );
}

/** IRS: 9xx with a group of 50–65, 70–88, 90–92 or 94–99. */
function usItin(candidate: string): boolean {
  const digits = digitsOf(candidate);
  const group = Number(digits.slice(3, 5));
  if (!/^9\d{8}$/.test(digits)) return false;
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
}

/** American Bankers Association routing number: weights 3, 7, 1; Federal Reserve prefixes. */
function abaRouting(candidate: string): boolean {
  const d = [...digitsOf(candidate)].map(Number);
  if (d.length !== 9) return false;
  const prefix = d[0]! * 10 + d[1]!;
  const isIssued = prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix === 80;
  return (
    isIssued &&
    prefix > 0 &&
    (3 * (d[0]! + d[3]! + d[6]!) + 7 * (d[1]! + d[4]! + d[7]!) + d[2]! + d[5]! + d[8]!) % 10 === 0
  );
}

/** CMS: Luhn over the number with prefix 80840. */
const usNpi: Validator = (candidate) => /^[12]\d{9}$/.test(candidate) && luhn(`80840${candidate}`);

/** Resident registration number: a birth date, a century and sex digit; numbers issued since October 2020 have no checksum. */
function krRrn(candidate: string): boolean {
  const d = digitsOf(candidate);
  if (d.length !== 13 || !/[1-8]/.test(d[6]!)) return false;
  const century = '1256'.includes(d[6]!) ? 1900 : 2000;
  const year = century + Number(d.slice(0, 2));
  if (!isDate(year, Number(d.slice(2, 4)), Number(d.slice(4, 6)))) return false;
  if (year >= 2020) return true;
  const weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(d[i]), 0);
  // Foreigners' numbers (5–8) add two before the last modulo.
  const check = '5678'.includes(d[6]!) ? (((11 - (sum % 11)) % 10) + 2) % 10 : (11 - (sum % 11)) % 10;
  return check === Number(d[12]);
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Modulo 11 over ten digits, NHS Data Dictionary. */
function ukNhs(candidate: string): boolean {
  const d = digitsOf(candidate);
  if (d.length !== 10) return false;
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number(d[i]) * (10 - i);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(d[9]) && variety(d) > 2;
}

/** NRIC and FIN: weights 2 7 6 5 4 3 2 and a letter by series. */
function sgNric(candidate: string): boolean {
  const match = /^([STFGM])(\d{7})([A-Z])$/.exec(candidate.toUpperCase());
  if (match === null) return false;
  const [, series, digits, check] = match as unknown as [string, string, string, string];
  const offset = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0;
  const sum = [2, 7, 6, 5, 4, 3, 2].reduce((total, weight, i) => total + weight * Number(digits[i]), offset);
  const letters = series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : series === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK';
  const index = series === 'M' ? 10 - (sum % 11) : sum % 11;
  return letters[index] === check;
}

/** ISO 3779, check digit in position 9 (49 CFR 565.15). */
function vin(candidate: string): boolean {
  const text = candidate.toUpperCase();
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(text) || !/\d/.test(text) || !/[A-Z]/.test(text)) return false;
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const values = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';
  const sum = weights.reduce((total, weight, i) => total + weight * (values.indexOf(text[i]!) % 10), 0);
  return text[8] === '0123456789X'[sum % 11];
}

const imei: Validator = (candidate) => {
  const digits = digitsOf(candidate);
  return digits.length === 15 && luhn(digits) && !/^0{2}|^(\d)\1{6}/.test(digits);
};

const publicIp: Validator = (candidate) => {
  if (isIP(candidate) === 6) return !/^(?:::1?$|fe80|f[cd])/i.test(candidate);
  const parts = candidate.split('.').map(Number);
  if (isIP(candidate) !== 4) return false;
  const [a, b] = parts as [number, number];
  const isPrivate =
    a === 10 ||
    a === 127 ||
    a === 0 ||
    a >= 224 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254);
  return !isPrivate;
};

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base58Check: version, payload, and the first four bytes of a double SHA-256. */
function bitcoinBase58(candidate: string): boolean {
  let value = 0n;
  for (const c of candidate) {
    const digit = BASE58.indexOf(c);
    if (digit === -1) return false;
    value = value * 58n + BigInt(digit);
  }
  const bytes = Buffer.from(value.toString(16).padStart(50, '0'), 'hex');
  if (bytes.length !== 25) return false;
  const sha = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  return sha(sha(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

/** BIP 173 and BIP 350: a polynomial over the human-readable part and the data ends in a constant. */
function bech32(candidate: string): boolean {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let check = 1;
  const feed = (value: number): void => {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (let i = 0; i < 5; i++) if (((top >> i) & 1) === 1) check ^= generator[i]!;
  };
  const split = candidate.lastIndexOf('1');
  for (const c of candidate.slice(0, split)) feed(c.charCodeAt(0) >> 5);
  feed(0);
  for (const c of candidate.slice(0, split)) feed(c.charCodeAt(0) & 31);
  for (const c of candidate.slice(split + 1)) feed('qpzry9x8gf2tvdw0s3jn54khce6mua7l'.indexOf(c));
  return check === 1 || check === 0x2bc830a3;
}

/** Services Australia: eight digits, weights 1 3 7 9 1 3 7 9, a check digit, an issue number. */
function auMedicare(candidate: string): boolean {
  const digits = digitsOf(candidate);
  if (!/^[2-6]\d{9,10}$/.test(digits)) return false;
  const sum = [1, 3, 7, 9, 1, 3, 7, 9].reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return sum % 10 === Number(digits[8]);
}

/** E.164 allows fifteen digits; a date is no phone number. */
function phone(candidate: string): boolean {
  const digits = digitsOf(candidate);
  const isDate = /^(?:19|20)\d{2}[-./](?:0[1-9]|1[0-2])[-./]\d{2}$/.test(candidate);
  return digits.length >= 7 && digits.length <= 15 && variety(digits) > 2 && !isDate;
}

/** Basic credentials are a name, a colon and a password; a bearer token looks made. */
const authorization: Validator = (candidate) => {
  const [scheme = '', credentials = ''] = candidate.split(' ');
  // A bearer token of three parts is a data type of its own.
  if (scheme.toLowerCase() === 'bearer') return !credentials.startsWith('eyJ') && highEntropy(credentials);
  return /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(Buffer.from(credentials, 'base64').toString('latin1'));
};

const jwt: Validator = (candidate) => {
  try {
    const header: unknown = JSON.parse(Buffer.from(candidate.slice(0, candidate.indexOf('.')), 'base64url').toString());
    return typeof header === 'object' && header !== null && 'alg' in header;
  } catch {
    return false;
  }
};

/** A made secret looks random: Shannon entropy of at least 3 bits a character, and letters with digits. */
function highEntropy(candidate: string): boolean {
  if (candidate.length < 16 || !/\d/.test(candidate) || !/[A-Za-z]/.test(candidate)) return false;
  const counts = new Map<string, number>();
  for (const c of candidate) counts.set(c, (counts.get(c) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / candidate.length) * Math.log2(count / candidate.length);
  return entropy >= 3;
}

/** `^1.2.3`, `>=2.0 <3`, `workspace:*`, `npm:other@1`: what stands behind a package that is named like a secret. */
const VERSION =
  /^(?:[\^~<>=v ]{0,3}\d{1,5}(?:\.(?:\d{1,6}|x|\*)){1,3}(?:[-+][\w.+-]{1,40})?(?:$| )|(?:workspace|npm|file|link|catalog):|latest$|next$)/;

/** The word itself, as tables of translations have it, and sentences about passwords, as forms say them. */
const ABOUT_SECRETS =
  /^(?:pass ?word|passwort|kennwort|wachtwoord|contraseña|mot de passe|senha|parola|hasło|heslo|lösenord|adgangskode|пароль|şifre|密码|密碼|パスワード|비밀번호|secret|token|pin)[:*!.…]?$| .*(?:\b(?:password|passwort|must|required|invalid|incorrect|wrong|characters|should|cannot|can't|at least|too (?:short|long|weak|common)|don't match|do not match)\b|비밀번호|パスワード|密码)/iu;

/** What stands under a password key and is no placeholder, flag, mask, version, label or message. */
const actualSecret: Validator = (candidate) =>
  candidate.length >= 4 &&
  !VERSION.test(candidate) &&
  !ABOUT_SECRETS.test(asText(candidate)) &&
  !/^(?:[*•x.\-#]+|null|none|true|false|undefined|redacted|hidden|example|placeholder|string|required|optional|your[-_ ].*|<[^>]*>|\$\{.*\}|\{\{.*\}\}|\[.*\])$/i.test(
    candidate,
  );

/** Shipped patterns run over bytes, one character each; words of other scripts are UTF-8 in them. */
function asText(candidate: string): string {
  return /^[\x00-\xff]*[\x80-\xff]/.test(candidate) && !/[^\x00-\xff]/.test(candidate)
    ? Buffer.from(candidate, 'latin1').toString('utf8')
    : candidate;
}

const emailAddress: Validator = (candidate) => {
  const at = candidate.lastIndexOf('@');
  const domain = candidate.slice(at + 1).toLowerCase();
  // `logo@2x.png` is a file, and documentation domains belong to nobody (RFC 2606).
  return !/\.(?:png|jpe?g|gif|svg|webp|css|js|ts|json|html?|map)$/.test(domain) && !candidate.includes('..');
};

const OWN = new Map<string, Validator>([
  ['aba-routing', abaRouting],
  ['au-medicare', auMedicare],
  ['authorization', authorization],
  ['bech32', bech32],
  ['phone', phone],
  ['actual-secret', actualSecret],
  ['bitcoin-base58', bitcoinBase58],
  ['card', card],
  ['email', emailAddress],
  ['high-entropy', highEntropy],
  ['iban', iban],
  ['imei', imei],
  ['jwt', jwt],
  ['kr-rrn', krRrn],
  ['luhn', (candidate) => luhn(digitsOf(candidate))],
  ['public-ip', publicIp],
  ['several-digits', (candidate) => (candidate.match(/\d/g)?.length ?? 0) >= 4],
  ['sg-nric', sgNric],
  ['uk-nhs', ukNhs],
  ['us-itin', usItin],
  ['us-npi', usNpi],
  ['us-ssn', usSsn],
  ['vin', vin],
]);

interface Stdnum {
  readonly validate: (text: string) => { readonly isValid: boolean };
}

const require = createRequire(import.meta.url);

/** Loads the one number: the whole library takes a third of a second in every process that reads policies. */
function stdnumValidator(path: string): Validator {
  const [, country, number] = /^([A-Z]{2})\.(\w+)$/.exec(path) ?? [];
  const found = country === undefined ? undefined : stdnumModule(`stdnum/lib/cjs/${country.toLowerCase()}/${number}`);
  if (found === undefined) throw new RangeError(`stdnum knows no \`${path}\``);
  return (candidate) => {
    const compact = candidate.replace(/[\s.-]/g, '');
    return variety(compact) > 2 && found.validate(candidate).isValid;
  };
}

function stdnumModule(name: string): Stdnum | undefined {
  try {
    const loaded = require(name) as Partial<Stdnum>;
    return typeof loaded.validate === 'function' ? (loaded as Stdnum) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
