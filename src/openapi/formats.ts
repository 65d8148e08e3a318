// Formats that are checked, each with a bound on the text it looks at, so that none can be made to work long. Formats nobody
// vetted are not checked (OpenAPI Format Registry; JSON Schema 2020-12 §7.3).
import { isIP } from 'node:net';
import { fullFormats } from 'ajv-formats/dist/formats.js';

type Check = (text: string) => boolean;

const LIMITS: Readonly<Record<string, number>> = {
  date: 10,
  'date-time': 64,
  time: 64,
  duration: 128,
  email: 320,
  hostname: 253,
  uri: 8_192,
  'uri-reference': 8_192,
  'uri-template': 8_192,
  uuid: 64,
  'json-pointer': 8_192,
};

/** By name, for texts. */
export const TEXT_FORMATS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    Object.entries(LIMITS).flatMap(([name, charactersMax]) => {
      const check = checkOf(fullFormats[name as keyof typeof fullFormats]);
      return check === undefined
        ? []
        : [[name, (text: string) => text.length <= charactersMax && check(text)] as const];
    }),
  ),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  // Both alphabets, padded or not: what libraries write for `byte` differs.
  byte: (text) => /^[A-Za-z0-9+/_\r\n-]*={0,2}$/.test(text),
};

/** By name, for numbers. */
export const NUMBER_FORMATS: Readonly<Record<string, (value: number) => boolean>> = {
  int32: (value) => Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647,
  // Beyond 2^53 a number of JSON is not exact any more, which is no reason to call it wrong.
  int64: (value) => Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63,
};

function checkOf(format: unknown): Check | undefined {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format as Check;
  const validate = (format as { validate?: unknown } | undefined)?.validate;
  if (validate instanceof RegExp) return (text) => validate.test(text);
  return typeof validate === 'function' ? (validate as Check) : undefined;
}
