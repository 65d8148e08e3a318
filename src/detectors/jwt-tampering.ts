// JSON Web Tokens that were changed to be believed: no signature algorithm, keys named or carried by the token itself, key ids
// that are a path, a statement or a command (RFC 7515 §4.1, RFC 8725 §2 and §3).
// A token that is merely not verified is ordinary. Every dotted token is read, wherever the head carries it.
import { z } from 'zod';
import type { PlacedRecognition, RequestDetector, RequestView } from '../core/detector.ts';
import { childPointer, type Location } from '../core/field.ts';

const SETTINGS = z.strictObject({
  /** Algorithms the issuer signs with; any other one is a finding. Empty accepts every registered one. */
  algorithms: z.array(z.string().min(1).max(16)).max(20).default([]),
});

export const jwtTampering: RequestDetector<z.infer<typeof SETTINGS>> = {
  kind: 'request',
  id: 'jwt-tampering',
  phase: 'request-head',
  settings: SETTINGS,
  load: (settings) => {
    const expected = new Set(settings.algorithms);
    return (request) => inspect(request, expected);
  },
};

const TOKENS_READ_MAX = 8;
const TOKEN_CHARACTERS_MAX = 16_384;
/** The base64url of `{"` and of `{` with white space in front of the first key: how every JOSE header starts. */
const TOKEN =
  /(?:^|[\s=;,"':])((?:ey[A-Za-z0-9_-]|ew[ogk0])[A-Za-z0-9_-]{4,4096}={0,2})\.([A-Za-z0-9_=-]*)\.([A-Za-z0-9_=-]*)(?![\w.-])/g;

function inspect(request: RequestView, expected: ReadonlySet<string>): readonly PlacedRecognition[] {
  const found: PlacedRecognition[] = [];
  let read = 0;
  for (const [location, pointer, text] of carriers(request)) {
    if (text.length > TOKEN_CHARACTERS_MAX) continue;
    for (const [, header, , signature] of text.matchAll(TOKEN)) {
      if (++read > TOKENS_READ_MAX) return found;
      const recognition = judge(header!, signature!, expected);
      if (recognition !== undefined) found.push({ location, pointer, ...recognition });
    }
  }
  return found;
}

/** Where a request head may carry a token: header lines (cookies among them) and query parameters. */
function* carriers(request: RequestView): Generator<readonly [Location, string, string]> {
  const { rawHeaders, query } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const text = rawHeaders[i + 1]!;
    if (text.indexOf('.') === -1 || (text.indexOf('ey') === -1 && text.indexOf('ew') === -1)) continue;
    yield ['header', childPointer('', rawHeaders[i]!.toLowerCase()), text];
  }
  for (const [name, value] of query) {
    if (value.length > 20 && value.startsWith('e')) yield ['query', childPointer('', name), value];
  }
}

type Judgement = Pick<PlacedRecognition, 'confidence' | 'what' | 'severity'>;

function judge(encoded: string, signature: string, expected: ReadonlySet<string>): Judgement | undefined {
  const header = jsonObject(encoded);
  if (header === undefined) return undefined;
  const alg = header.alg;
  if (typeof alg === 'string' && /^\s*none\s*$/i.test(alg))
    return found(0.97, 'the token says that it has no signature');
  if (alg === undefined && header.enc === undefined && header.typ !== undefined) {
    return found(0.6, 'the token names no algorithm');
  }
  if (alg !== undefined && typeof alg !== 'string') return found(0.9, 'the token’s algorithm is no name');
  if (signature === '' && typeof alg === 'string' && header.enc === undefined) {
    return found(0.92, 'the token’s signature was taken away');
  }
  const keyId = judgeKeyId(header.kid);
  if (keyId !== undefined) return keyId;
  if (header.jwk !== undefined) return found(0.9, 'the token carries the key that it is to be checked with');
  for (const name of ['jku', 'x5u'] as const) {
    const url = header[name];
    if (url !== undefined) return found(0.85, `the token says where to fetch its key (${name})`);
  }
  if (typeof alg === 'string' && expected.size > 0 && !expected.has(alg)) {
    return found(0.9, 'the token’s algorithm is not the issuer’s');
  }
  if (typeof alg === 'string' && header.enc === undefined && !REGISTERED.test(alg)) {
    return found(0.6, 'the token’s algorithm is not a registered one');
  }
  return undefined;
}

/** IANA "JSON Web Signature and Encryption Algorithms", signatures and key management. */
const REGISTERED =
  /^(?:[HRPE]S(?:256|384|512)|ES256K|EdDSA|Ed25519|Ed448|ML-DSA-\d{2}|dir|RSA(?:1_5|-OAEP(?:-(?:256|384|512))?)|A(?:128|192|256)(?:GCM)?KW|ECDH-ES(?:\+A\d{3}KW)?|PBES2-HS\d{3}\+A\d{3}KW)$/;

/** Key ids are thumbprints, UUIDs, names, URLs of keys; never steps up a path, broken literals or commands. */
function judgeKeyId(kid: unknown): Judgement | undefined {
  if (kid === undefined) return undefined;
  if (typeof kid !== 'string' && typeof kid !== 'number') return found(0.85, 'the token’s key id is no text');
  const text = String(kid);
  if (/\.\.[/\\]|^\/(?:dev|proc|etc|var|tmp|sys)\/|^file:|^[A-Za-z]:\\|\0/i.test(text)) {
    return found(0.95, 'the token’s key id is a path');
  }
  if (/['"`].*(?:\b(?:union|select|or|and)\b|--|;|\|\|)|\bunion\b.{1,40}\bselect\b/i.test(text.slice(0, 512))) {
    return found(0.95, 'the token’s key id is a statement');
  }
  if (/[|;&`\n]|\$\(/.test(text)) return found(0.9, 'the token’s key id is a command');
  return undefined;
}

function jsonObject(encoded: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Not JSON, so no JOSE header.
    return undefined;
  }
}

function found(confidence: number, what: string): Judgement {
  return confidence < 0.8 ? { confidence, what, severity: 'low' } : { confidence, what };
}
