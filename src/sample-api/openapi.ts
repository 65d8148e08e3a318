// What the shop says of itself, as OpenAPI 3.1: what a developer would have written down, and no word of the doors without locks.
const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 1 } as const;
const money = { type: 'number', minimum: 0 } as const;

const USER = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: whole, name: text, email: { type: 'string', format: 'email' } },
} as const;
const ORDER = {
  type: 'object',
  required: ['id', 'userId', 'productId', 'quantity', 'total', 'status'],
  properties: {
    id: whole,
    userId: whole,
    productId: whole,
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
    total: money,
    status: { enum: ['new', 'paid', 'shipped', 'delivered'] },
    address: text,
  },
} as const;
const PRODUCT = {
  type: 'object',
  required: ['id', 'name', 'price'],
  properties: { id: whole, name: text, price: money },
} as const;
const ERROR = { type: 'object', required: ['error'], properties: { error: text } } as const;

const LOGGED_IN = [{ token: [] }];
const ID = { name: 'id', in: 'path', required: true, schema: whole } as const;

/** Public operations of the shop; `/api/admin`, `/debug` and the like are not written down, as so often. Hardened, all it serves is. */
export function openapiOfShop(isHardened: boolean): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Sample shop', version: '1.0.0' },
    paths: {
      '/healthz': { get: operation('Is it up?', 200, { type: 'object', properties: { status: text } }) },
      '/api/login': {
        post: {
          ...operation('Log in', 200, { type: 'object', properties: { token: text } }, 401, 429),
          requestBody: json({
            type: 'object',
            required: ['email', 'password'],
            properties: { email: { type: 'string', format: 'email' }, password: text },
            additionalProperties: false,
          }),
        },
      },
      '/api/users/{id}': {
        parameters: [ID],
        get: { ...operation('A user', 200, ref('User'), 403, 404), security: LOGGED_IN },
      },
      '/api/orders': {
        get: { ...operation('My orders', 200, { type: 'array', items: ref('Order') }, 401), security: LOGGED_IN },
        post: {
          ...operation('Order something', 201, ref('Order'), 400, 401),
          security: LOGGED_IN,
          requestBody: json({
            type: 'object',
            required: ['productId'],
            properties: { productId: whole, quantity: { type: 'integer', minimum: 1, maximum: 100 } },
            additionalProperties: false,
          }),
        },
      },
      '/api/orders/{id}': {
        parameters: [ID],
        get: { ...operation('An order', 200, ref('Order'), 401, 404), security: LOGGED_IN },
      },
      '/api/products': {
        get: {
          ...operation('Products', 200, { type: 'array', items: ref('Product') }),
          parameters: [{ name: 'search', in: 'query', schema: { type: 'string', maxLength: 200 } }],
        },
      },
      '/api/products/{id}': { parameters: [ID], get: operation('A product', 200, ref('Product'), 404) },
      '/api/search': {
        post: {
          ...operation('Search', 200, {
            type: 'object',
            properties: { query: text, results: { type: 'array', items: ref('Product') } },
          }),
          requestBody: json({ type: 'object', required: ['query'], properties: { query: text } }),
        },
      },
      '/api/upload': {
        post: {
          ...operation('Upload files', 201, { type: 'object' }, 400, 401),
          security: LOGGED_IN,
          requestBody: {
            required: true,
            content: { 'multipart/form-data': { schema: { type: 'object' } }, 'application/octet-stream': {} },
          },
        },
      },
      '/api/comments': {
        get: { summary: 'Comments', responses: { 200: { description: 'A page', content: { 'text/html': {} } } } },
        post: {
          ...operation('Comment', 201, { type: 'object', properties: { count: { type: 'integer' } } }, 401),
          security: LOGGED_IN,
          requestBody: json({ type: 'object', required: ['text'], properties: { text } }),
        },
      },
      '/graphql': {
        post: {
          ...operation('GraphQL', 200, { type: 'object' }),
          requestBody: json({ type: 'object', required: ['query'], properties: { query: text } }),
          ...(isHardened ? { security: LOGGED_IN } : {}),
        },
      },
      ...(isHardened ? REST : {}),
    },
    components: {
      schemas: { User: USER, Order: ORDER, Product: PRODUCT, Error: ERROR },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

const REST = {
  '/openapi.json': { get: operation('This document', 200, { type: 'object' }) },
  '/api/users': { get: { ...operation('Users', 200, { type: 'array' }, 401, 403), security: LOGGED_IN } },
  '/api/admin/users': { get: { ...operation('Users', 200, { type: 'array' }, 401, 403), security: LOGGED_IN } },
  '/api/admin/export': {
    get: { ...operation('All there is', 200, { type: 'object' }, 401, 403), security: LOGGED_IN },
  },
  '/api/files': {
    get: {
      ...operation('A file', 200, text, 404),
      parameters: [
        { name: 'name', in: 'query', required: true, schema: { type: 'string', pattern: '^[\\w-]+\\.\\w+$' } },
      ],
    },
  },
  '/api/fetch': {
    post: {
      ...operation('A picture of a partner', 200, { type: 'object' }, 400),
      requestBody: json({ type: 'object', required: ['url'], properties: { url: { type: 'string', format: 'uri' } } }),
    },
  },
  '/api/ping': {
    get: {
      ...operation('Is a host up?', 200, text, 400),
      parameters: [{ name: 'host', in: 'query', required: true, schema: { type: 'string', format: 'hostname' } }],
    },
  },
  '/api/events': { get: { summary: 'Stock, as events', responses: { 200: { description: 'Events' } } } },
  '/ws': {
    get: { summary: 'Stock, over a WebSocket', responses: { 101: { description: 'Connected' } }, security: LOGGED_IN },
  },
};

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: object): object {
  return { required: true, content: { 'application/json': { schema } } };
}

function operation(summary: string, status: number, schema: object, ...failures: readonly number[]): object {
  const failed = { description: 'It did not work', content: { 'application/json': { schema: ref('Error') } } };
  return {
    summary,
    responses: {
      [status]: { description: 'It worked', content: { 'application/json': { schema } } },
      ...Object.fromEntries(failures.map((failure) => [failure, failed])),
    },
  };
}
