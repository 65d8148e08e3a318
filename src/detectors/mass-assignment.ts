// Mass assignment (OWASP API3:2023, CWE-915): a request sets a field that only the server sets, by its document (`readOnly`) or since
// answers show it and requests do not have it; or, as learned, a field over rights or money that nobody of the caller's role sends. Clients often send back a whole object that they read before, so what blocks is a
// field that decides over rights or money where something is made or changed in parts.
import { z } from 'zod';
import type { Baseline } from '../core/baseline.ts';
import type { ServerField } from '../core/contract.ts';
import type { PlacedRecognition, RequestDetector, RequestView } from '../core/detector.ts';
import { childPointer, plainName } from '../core/field.ts';
import { claimWords, roleOfWords } from '../core/role.ts';

/** Larger bodies are not learned from either. */
const BODY_BYTES_MAX = 65_536;
const VALUES_MAX = 1_000;
const FOUND_MAX = 20;

const names = (normally: readonly string[]): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z
    .array(z.string().min(1).max(100))
    .max(1_000)
    .default([...normally]);

const SETTINGS = z.strictObject({
  /** Fields that decide over rights or money; letter case, `_` and `-` make no difference. */
  privilegedNames: names([
    'role',
    'roles',
    'isAdmin',
    'admin',
    'isStaff',
    'staff',
    'superuser',
    'isSuperuser',
    'isRoot',
    'permission',
    'permissions',
    'privileges',
    'privilege',
    'scope',
    'scopes',
    'groups',
    'authorities',
    'accessLevel',
    'userType',
    'accountType',
    'tenant',
    'tenantId',
    'orgId',
    'organizationId',
    'accountId',
    'ownerId',
    'owner',
    'userId',
    'createdBy',
    'price',
    'unitPrice',
    'total',
    'totalPrice',
    'amount',
    'discount',
    'balance',
    'credit',
    'credits',
    'creditLimit',
    'plan',
    'tier',
    'verified',
    'isVerified',
    'emailVerified',
    'phoneVerified',
    'kycStatus',
    'approved',
    'isApproved',
    'paid',
    'isPaid',
    'isActive',
    'enabled',
    'isEnabled',
    'banned',
    'isBanned',
    'passwordHash',
    'status',
    'state',
  ]),
  /** Fields that name an object or its history, which clients send back unchanged: no finding. */
  harmlessNames: names([
    'id',
    '_id',
    'uuid',
    'href',
    'self',
    'url',
    'uri',
    'link',
    'links',
    '_links',
    'etag',
    'version',
    '_version',
    'revision',
    'createdAt',
    'updatedAt',
    'modifiedAt',
    'deletedAt',
    'created',
    'updated',
    'modified',
    'lastModified',
    'creationDate',
    'createdOn',
    'updatedOn',
    'kind',
    'type',
    'object',
    '_rev',
    'rowVersion',
    'selfLink',
    'displayName',
  ]),
});
type Settings = z.infer<typeof SETTINGS>;

export const massAssignment: RequestDetector<Settings> = {
  kind: 'request',
  id: 'mass-assignment',
  phase: 'request-body',
  settings: SETTINGS,
  load: ({ privilegedNames, harmlessNames }) => {
    const privileged = new Set(privilegedNames.map(plainName));
    const harmless = new Set(harmlessNames.map(plainName));
    return (request) => {
      const found =
        request.contract?.serverFields(request).flatMap((field) => {
          const name = plainName(field.name);
          if (harmless.has(name)) return [];
          return [recognised(field, privileged.has(name), request.method)];
        }) ?? [];
      return request.baseline?.privileged === undefined
        ? found
        : [...found, ...sentByNoPeer(request, request.baseline)];
    };
  },
};

const WHY: Readonly<Record<ServerField['why'], string>> = {
  'read-only': 'the document says that only the server sets it',
  'only-in-responses': 'answers have it and requests do not',
};

function recognised({ pointer, why }: ServerField, isPrivileged: boolean, method: string): PlacedRecognition {
  const what = `the request sets a field, and ${WHY[why]}`;
  // PUT sends the whole object, as it was read.
  const isWhole = method === 'PUT';
  if (!isPrivileged) return { location: 'body', pointer, what, confidence: 0.3, severity: 'low', actionMax: 'tag' };
  if (isWhole) return { location: 'body', pointer, what, confidence: 0.5, severity: 'medium', actionMax: 'tag' };
  return { location: 'body', pointer, what, confidence: why === 'read-only' ? 0.9 : 0.7 };
}

/** Endpoints learn it from accepted requests; who sends such a field where peers never did is noticed at the first request. */
function sentByNoPeer(request: RequestView, { isPromoted, privileged }: Baseline): PlacedRecognition[] {
  const { names, senders } = privileged!;
  const isAuthenticated = request.actors.some(({ kind }) => kind !== 'ip');
  const role = roleOfWords(request.token === undefined ? [] : claimWords(request.token.claims), isAuthenticated);
  return fieldsNamed(request, new Set(names))
    .filter((pointer) => !senders.includes(`${role} ${pointer}`))
    .map((pointer) => {
      const what = 'the request sets a field that no caller of this role has sent here';
      if (!isPromoted) return { location: 'body', pointer, what, confidence: 0.5, actionMax: 'tag' };
      if (request.method === 'PUT') return { location: 'body', pointer, what, confidence: 0.5, actionMax: 'tag' };
      return { location: 'body', pointer, what, confidence: 0.9 };
    });
}

/** Pointers as learning has them, with positions of arrays as `*`. */
function fieldsNamed({ body }: RequestView, names: ReadonlySet<string>): string[] {
  if (body === undefined || body.bytes.length > BODY_BYTES_MAX) return [];
  if (body.format === 'form') {
    const pairs = [...new URLSearchParams(body.latin1)];
    return pairs.flatMap(([name]) => (names.has(plainName(name)) ? [childPointer('', name)] : []));
  }
  if (body.format !== 'json') return [];
  const found = new Set<string>();
  const open: { readonly value: unknown; readonly pointer: string }[] = [{ value: body.json(), pointer: '' }];
  for (let seen = 0; open.length > 0 && seen < VALUES_MAX && found.size < FOUND_MAX; seen++) {
    const { value, pointer } = open.pop()!;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      const at = Array.isArray(value) ? `${pointer}/*` : childPointer(pointer, key);
      if (!Array.isArray(value) && names.has(plainName(key))) found.add(at);
      if (typeof child === 'object') open.push({ value: child, pointer: at });
    }
  }
  return [...found];
}
