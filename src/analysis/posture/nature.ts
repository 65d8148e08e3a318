// What kind of place an endpoint is, recognised by its path, its method and the shape of what passes there.
// Words are compared whole and in place: `/users/{id}/login-history` is no login, `/orders/{id}/status` no health check.
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';

export const ENDPOINT_TAGS = [
  'admin',
  'docs',
  'export',
  'file-upload',
  'graphql',
  'health',
  'login',
  'password-reset',
  'payment',
  'registration',
  'search',
  'static',
  'webhook',
] as const;
export type EndpointTag = (typeof ENDPOINT_TAGS)[number];

/** Places that answer everybody by nature. */
export const PUBLIC_TAGS: ReadonlySet<string> = new Set<EndpointTag>([
  'docs',
  'health',
  'login',
  'password-reset',
  'registration',
  'static',
  'webhook',
]);

/** Of the last segment, separators left out. */
const LAST: ReadonlyMap<string, EndpointTag> = new Map(
  entries({
    login:
      'login signin logon authenticate authentication auth token tokens session sessions refreshtoken logout signout sso callback authorize introspect userinfo',
    registration: 'register signup registration enroll',
    'password-reset':
      'forgot forgotpassword resetpassword passwordreset reset recover recovery verify verifyemail confirm confirmation activate activation otp mfa 2fa captcha challenge unsubscribe',
    health:
      'health healthz healthcheck ready readyz readiness live livez liveness ping status statusz alive up heartbeat version time',
    docs: 'docs doc documentation swagger swaggerui redoc apidocs openapi openapijson openapiyaml swaggerjson jwks jwksjson robotstxt sitemapxml faviconico manifestjson securitytxt humanstxt',
    search: 'search find query suggest autocomplete lookup',
    export: 'export exports dump backup backups download bulk',
    'file-upload': 'upload uploads attachments import imports',
    graphql: 'graphql graphiql gql',
    webhook: 'webhook webhooks hook hooks ipn',
  }),
);

/** Anywhere in the path. */
const ANYWHERE: ReadonlyMap<string, EndpointTag> = new Map(
  entries({
    admin: 'admin admins administrator administration backoffice superuser sysadmin staffonly',
    payment:
      'payment payments pay charge charges checkout refund refunds billing payout payouts paymentmethods paymentintents transfers',
    login: 'oauth oauth2 saml saml2 oidc openidconnect',
    docs: 'wellknown swagger swaggerui apidocs redoc',
    static: 'static public css js fonts img',
    webhook: 'webhook webhooks',
    graphql: 'graphql',
  }),
);

const STATIC_FILE = /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|mp4|webm|html?|txt|wasm)$/i;
const STATIC_TYPE = /^(?:text\/(?:css|javascript)|image\/|font\/|video\/|audio\/|application\/(?:javascript|wasm)$)/;
const UPLOAD_TYPE = /^(?:multipart\/form-data|application\/(?:octet-stream|pdf|zip)|image\/)/;
const PASSWORD_NAME = /(?:pass(?:word|wd|phrase|code)?|pwd)$/i;
const SECRETS = new Set(['session', 'sessions', 'token', 'tokens']);
const READS_ONLY = new Set(['GET', 'HEAD']);

/** By path and method alone. `template` is `/api/users/{id}`. */
export function tagsOfPath(method: string, template: string): Set<EndpointTag> {
  const tags = new Set<EndpointTag>();
  const segments = template.split('/').filter((segment) => segment !== '');
  const words = segments.map((segment) => (segment.startsWith('{') ? '' : wordOf(segment)));
  for (const word of words) {
    const tag = ANYWHERE.get(word);
    if (tag !== undefined) tags.add(tag);
  }
  const last = LAST.get(words.at(-1) ?? '');
  // Below an object it is a part of that object: `/orders/{id}/status`, `/devices/{id}/ping`.
  const isOfObject = words.includes('');
  const needsFreedom = last === 'health' || last === 'login' || last === 'docs';
  if (last !== undefined && !(needsFreedom && isOfObject)) tags.add(last);
  // `/reset/{token}`, `/unsubscribe/{id}`: what came by mail.
  if (words.at(-1) === '' && LAST.get(words.at(-2) ?? '') === 'password-reset') tags.add('password-reset');
  if (STATIC_FILE.test(segments.at(-1) ?? '')) tags.add('static');
  // Reading a list of sessions is not logging in.
  if (READS_ONLY.has(method) && SECRETS.has(words.at(-1) ?? '')) tags.delete('login');
  if (READS_ONLY.has(method)) for (const tag of ['file-upload', 'registration'] as const) tags.delete(tag);
  if (tags.has('admin')) for (const tag of ['login', 'webhook', 'docs', 'static'] as const) tags.delete(tag);
  return tags;
}

/** What one transaction shows of the place, by its shape. */
export interface Shape {
  readonly method: string;
  readonly requestMediaType: string;
  readonly responseMediaType: string;
  readonly isLogin: boolean;
  readonly requestPointers: Iterable<string>;
  readonly requestDataTypes: readonly string[];
  readonly isGraphql: boolean;
}

const PAYMENT_TYPES = new Set(['credit-card', 'card-cvv', 'card-track']);

export function tagsOfShape(shape: Shape): EndpointTag[] {
  const tags: EndpointTag[] = [];
  const isChange = !READS_ONLY.has(shape.method);
  if (shape.isGraphql) tags.push('graphql');
  if (STATIC_TYPE.test(shape.responseMediaType)) tags.push('static');
  if (!isChange) return tags;
  if (UPLOAD_TYPE.test(shape.requestMediaType)) tags.push('file-upload');
  if (shape.requestDataTypes.some((type) => PAYMENT_TYPES.has(type))) tags.push('payment');
  if (shape.isLogin) tags.push('login');
  else if (shape.method === 'POST') {
    // A password without being a login: somebody is made or changes it.
    for (const pointer of shape.requestPointers) {
      if (!PASSWORD_NAME.test(pointer)) continue;
      tags.push('registration');
      break;
    }
  }
  return tags;
}

/** Of what was learned: by path, and by the shape of requests and answers. */
export function endpointTags(endpoint: LearnedEndpoint): string[] {
  const tags = new Set<string>(tagsOfPath(endpoint.method, endpoint.template));
  const pointers = endpoint.request?.fields.map(({ pointer }) => pointer) ?? [];
  for (const tag of tagsOfShape({
    method: endpoint.method,
    requestMediaType: endpoint.request?.mediaTypes.find((type) => UPLOAD_TYPE.test(type)) ?? '',
    responseMediaType: endpoint.responses.find(([status]) => status === '2xx')?.[1].mediaTypes[0] ?? '',
    isLogin: false,
    requestPointers: pointers,
    requestDataTypes: [],
    isGraphql: endpoint.operation !== undefined,
  })) {
    if (tag === 'registration' && tags.has('login')) continue;
    tags.add(tag);
  }
  return [...tags].sort();
}

function wordOf(segment: string): string {
  return segment.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function entries(words: Partial<Record<EndpointTag, string>>): [string, EndpointTag][] {
  return Object.entries(words).flatMap(([tag, list]) =>
    list.split(' ').map((word): [string, EndpointTag] => [word, tag as EndpointTag]),
  );
}
