// Values as people write them, wherever they stand: numbers that may come from the environment, durations, sizes, secrets.
import { isIP } from 'node:net';
import { z } from 'zod';

/** A whole number, or its digits, as an environment variable has them. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER) {
  const number = z.number().int().min(min).max(max);
  return z.union([
    number,
    z
      .string()
      .regex(/^\d{1,15}$/, 'write a whole number')
      .transform(Number)
      .pipe(number),
  ]);
}

/** True or false, or the word, as an environment variable has it. */
export const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

export const port = whole(0, 65_535);
export const host = z.string().min(1).max(255);

/** `8080`, `0.0.0.0:8080`, `[::]:8080` or `{host, port}`. */
export const listen = z.union([
  port.transform((one) => ({ host: '0.0.0.0', port: one })),
  z
    .string()
    .regex(/^(?:\[[0-9a-fA-F:]+\]|[\w.-]+)?:?\d{1,5}$/, 'write a port, or `host:port`')
    .transform((text) => {
      const colon = text.lastIndexOf(':');
      const name = colon === -1 ? '' : text.slice(0, colon).replace(/^\[|\]$/g, '');
      return { host: name === '' ? '0.0.0.0' : name, port: Number(text.slice(colon + 1)) };
    }),
  z.strictObject({ host: host.default('0.0.0.0'), port }),
]);

const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Milliseconds as a number, or `500ms`, `30s`, `5m`, `2h`, `7d`. */
export const duration = z.union([
  whole(0),
  z
    .string()
    .regex(/^\d{1,12}(?:ms|s|m|h|d)?$/, 'write milliseconds, or a duration as `30s`')
    .transform(
      (text) =>
        Number.parseInt(text, 10) * DURATION_MS[(/[a-z]+$/.exec(text)?.[0] ?? 'ms') as keyof typeof DURATION_MS],
    ),
]);

const SIZE_BYTES = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;
/** Bytes as a number, or `64KiB`, `8MiB`. */
export const size = z.union([
  whole(0),
  z
    .string()
    .regex(/^\d{1,12}(?:B|KiB|MiB|GiB)?$/, 'write bytes, or a size as `8MiB`')
    .transform(
      (text) =>
        Number.parseInt(text, 10) * SIZE_BYTES[(/[A-Za-z]+$/.exec(text)?.[0] ?? 'B') as keyof typeof SIZE_BYTES],
    ),
]);

/** Text in place, or the content of a file. */
export const secret = z.union([z.string(), z.strictObject({ file: z.string() })]);

export const addressRange = z.string().refine(isAddressRange, 'not an address or CIDR range, such as `10.0.0.0/8`');

function isAddressRange(text: string): boolean {
  const [address, bits, more] = text.split('/');
  const version = isIP(address!);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
