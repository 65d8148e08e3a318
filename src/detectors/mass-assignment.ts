// Mass assignment (OWASP API3:2023, CWE-915): a request sets a field that only the server sets, by its document (`readOnly`) or since
// answers show it and requests do not have it. Clients often send back a whole object that they read before, so what blocks is a
// field that decides over rights or money where something is made or changed in parts.
import { z } from 'zod';
import type { ServerField } from '../core/contract.ts';
import type { PlacedRecognition, RequestDetector } from '../core/detector.ts';

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
    const privileged = new Set(privilegedNames.map(plain));
    const harmless = new Set(harmlessNames.map(plain));
    return (request) => {
      if (request.contract === undefined) return [];
      return request.contract.serverFields(request).flatMap((field) => {
        const name = plain(field.name);
        if (harmless.has(name)) return [];
        return [recognised(field, privileged.has(name), request.method)];
      });
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

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
