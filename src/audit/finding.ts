// What an audit says: the catalogue of what it can find, and one finding with the place where it was found.
import type { Severity } from '../core/finding.ts';

interface Kind {
  readonly title: string;
  readonly severity: Severity;
  readonly owasp: readonly string[];
  readonly cwe: string;
  readonly why: string;
  readonly whatToDo: string;
}

const kind = (severity: Severity, title: string, owasp: string, cwe: string, why: string, whatToDo: string): Kind => ({
  severity,
  title,
  owasp: [`${owasp}:2023`],
  cwe,
  why,
  whatToDo,
});

export const KINDS = {
  'broken-object-authorization': kind(
    'critical',
    'Objects of others can be read',
    'API1',
    'CWE-639',
    'Whoever is signed in reads what belongs to others by changing an id.',
    'Check the owner of the object in the backend, at every access.',
  ),
  'missing-authentication': kind(
    'high',
    'Answers without credentials',
    'API2',
    'CWE-306',
    'Whoever finds the address can use it.',
    'Ask for a credential in the backend, or in the gateway in front of it.',
  ),
  'token-not-verified': kind(
    'critical',
    'A tampered token is accepted',
    'API2',
    'CWE-347',
    'A signature that nobody checks lets everybody write tokens for anybody.',
    'Verify signature, algorithm, expiry, issuer and audience of every token.',
  ),
  'forbidden-data': kind(
    'high',
    'Answers carry data that must not leave',
    'API3',
    'CWE-213',
    'What is in the answer is out, whether or not a page shows it.',
    'Leave the fields out in the backend, by an allow-list of fields.',
  ),
  'debug-endpoint': kind(
    'high',
    'Debugging or management function answers',
    'API8',
    'CWE-489',
    'Such functions show memory, settings and secrets.',
    'Switch it off in production, or bind it to an internal address.',
  ),
  'exposed-file': kind(
    'high',
    'A file that was never meant to be served',
    'API8',
    'CWE-538',
    'Settings, keys and source code are what the next attack is made of.',
    'Take it out of the served folder, and change every secret in it.',
  ),
  'directory-listing': kind(
    'medium',
    'Directory listing',
    'API8',
    'CWE-548',
    'Lists show backups and names that were never meant to be asked for.',
    'Switch off listings in the web server or storage.',
  ),
  'verbose-errors': kind(
    'medium',
    'Verbose errors',
    'API8',
    'CWE-209',
    'Versions, paths and statements help the next attack.',
    'Answer errors with a number that is looked up in the log, and nothing else.',
  ),
  'permissive-cors': kind(
    'high',
    'Any site may read with credentials',
    'API8',
    'CWE-942',
    'A page that a signed-in person merely opens can read that person’s data.',
    'Allow a fixed list of origins, compared whole, and never `null`.',
  ),
  'method-surprise': kind(
    'medium',
    'TRACE is answered',
    'API8',
    'CWE-650',
    'The answer repeats the request with its credentials.',
    'Answer 405 to methods that are not documented.',
  ),
  'missing-security-headers': kind(
    'low',
    'Missing security headers',
    'API8',
    'CWE-693',
    'The headers cost nothing and take whole classes of attacks away from browsers.',
    'Set them once, in the web server or gateway in front.',
  ),
  'cookies-without-flags': kind(
    'medium',
    'Login cookies without flags',
    'API8',
    'CWE-1004',
    'A script in the page, or one request in clear text, is enough to take over a session.',
    'Set HttpOnly, Secure and SameSite.',
  ),
  'clear-text-transport': kind(
    'medium',
    'Clear-text transport',
    'API8',
    'CWE-319',
    'Everybody on the way reads and changes what is sent.',
    'Serve TLS, redirect clear text to it, and send Strict-Transport-Security.',
  ),
  'old-tls': kind(
    'medium',
    'An old TLS version is accepted',
    'API8',
    'CWE-327',
    'TLS 1.0 and 1.1 have known weaknesses and are forbidden by RFC 8996.',
    'Accept TLS 1.2 and 1.3 only.',
  ),
  certificate: kind(
    'high',
    'The certificate is not to be trusted',
    'API8',
    'CWE-295',
    'Clients that must ignore it cannot tell the API from somebody in between.',
    'Install a certificate of a known authority for this name, and renew it by itself.',
  ),
  'certificate-expiry': kind(
    'medium',
    'The certificate expires soon',
    'API8',
    'CWE-298',
    'On that day every client stops.',
    'Renew it now, and by itself from then on.',
  ),
  'statement-injection': kind(
    'critical',
    'Text is read as a part of a statement',
    'API8',
    'CWE-943',
    'Whoever writes the statement reads and changes what is in the database.',
    'Pass values as parameters of prepared statements, never as text of them.',
  ),
  'markup-injection': kind(
    'high',
    'Text is written into a page as markup',
    'API8',
    'CWE-79',
    'A script of one caller runs in the pages of others, with their credentials.',
    'Escape text where it is written into a page, and send a Content-Security-Policy.',
  ),
  'open-websocket': kind(
    'medium',
    'A WebSocket opens for anybody',
    'API2',
    'CWE-306',
    'Whoever finds the address listens and sends, from any page and without a limit that knows who it is.',
    'Ask for a credential in the handshake, and compare its Origin with a list.',
  ),
  'cross-site-websocket': kind(
    'high',
    'Any site may open a WebSocket with the cookie',
    'API8',
    'CWE-1385',
    'A page that a signed-in person merely opens speaks and listens in that person’s name.',
    'Compare Origin with a fixed list in the handshake, or ask for a token that is no cookie.',
  ),
  'ambiguous-framing': kind(
    'high',
    'Ambiguous requests are accepted',
    'API8',
    'CWE-444',
    'Two servers that read the length of a message differently let one person’s request into another’s (request smuggling).',
    'Answer 400 and close. RFC 9112 §6.3 demands it. The gateway in front refuses them as well.',
  ),
  'graphql-introspection': kind(
    'low',
    'GraphQL gives its schema to whoever asks',
    'API8',
    'CWE-200',
    'Every type, field and argument is known before the first attack, forgotten ones too.',
    'Switch introspection off in production, unless the API is meant for everybody.',
  ),
  'graphql-suggestions': kind(
    'info',
    'GraphQL helps to guess its schema',
    'API8',
    'CWE-200',
    'Names that are suggested for wrong ones give the schema away piece by piece.',
    'Hide suggestions in the server’s settings.',
  ),
  'graphql-batching': kind(
    'medium',
    'GraphQL takes many queries in one request',
    'API4',
    'CWE-770',
    'A limit on requests does not hold: passwords and codes are tried many at a time.',
    'Refuse lists of queries, or count each of them.',
  ),
  'graphql-aliases': kind(
    'low',
    'GraphQL takes one field any number of times',
    'API4',
    'CWE-770',
    'Aliases do what batches do, and no limit on requests sees it.',
    'Limit aliases, or the cost of a query.',
  ),
  'graphql-depth': kind(
    'medium',
    'GraphQL takes queries of any depth',
    'API4',
    'CWE-674',
    'A short query that goes round in the schema keeps the backend busy for long.',
    'Limit depth and cost, in the server or in the gateway in front.',
  ),
  'missing-rate-limit': kind(
    'medium',
    'Logins are not limited',
    'API4',
    'CWE-307',
    'Passwords are guessed at the speed the server allows.',
    'Limit by account and by address, and answer 429 with Retry-After.',
  ),
} as const satisfies Readonly<Record<string, Kind>>;

export type KindId = keyof typeof KINDS;

export interface AuditFinding {
  readonly id: KindId;
  readonly title: string;
  readonly severity: Severity;
  readonly owasp: readonly string[];
  readonly cwe: string;
  /** `GET /api/users/{id}`, or the host. */
  readonly place: string;
  /** One sentence with what was seen; no value of a message. */
  readonly what: string;
  readonly why: string;
  readonly whatToDo: string;
  /** `GET /api/users/7 → 200`. */
  readonly evidence: readonly string[];
}

export function findingOf(
  id: KindId,
  place: string,
  what: string,
  evidence: readonly string[],
  severity?: Severity,
): AuditFinding {
  const { title, owasp, cwe, why, whatToDo } = KINDS[id];
  return { id, title, severity: severity ?? KINDS[id].severity, owasp, cwe, place, what, why, whatToDo, evidence };
}
