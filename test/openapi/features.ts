// What schemas can say, each with a body that fits and bodies that do not, written in the words of each dialect.

export const KINDS = ['Swagger 2.0', 'OpenAPI 3.0', 'OpenAPI 3.1', 'OpenAPI 3.2'] as const;
export type Kind = (typeof KINDS)[number];

type Json = Readonly<Record<string, unknown>>;

export interface Feature {
  readonly name: string;
  readonly schema: Json | ((kind: Kind) => Json);
  readonly shared?: Json;
  readonly fits: unknown;
  readonly breaks: readonly (readonly [body: unknown, violation: string])[];
}

const object = (properties: Json, more: Json = {}): Json => ({ type: 'object', properties, ...more });
const isOld = (kind: Kind): boolean => kind === 'Swagger 2.0' || kind === 'OpenAPI 3.0';
const nullable = (kind: Kind, type: string): Json => {
  if (kind === 'Swagger 2.0') return { type, 'x-nullable': true };
  return kind === 'OpenAPI 3.0' ? { type, nullable: true } : { type: [type, 'null'] };
};

export const FEATURES: readonly Feature[] = [
  {
    name: 'types',
    schema: object({ a: { type: 'integer' }, b: { type: 'boolean' }, c: { type: 'array', items: { type: 'number' } } }),
    fits: { a: 1, b: false, c: [1.5] },
    breaks: [
      [{ a: 1.5 }, 'body /a type'],
      [{ b: 'no' }, 'body /b type'],
      [{ c: [1, 'x'] }, 'body /c/1 type'],
      [[], 'body  type'],
    ],
  },
  {
    name: 'required fields',
    schema: object({ a: { type: 'string' } }, { required: ['a'] }),
    fits: { a: '' },
    breaks: [[{}, 'body /a required']],
  },
  {
    name: 'bounds',
    schema: (kind) =>
      object({
        n: isOld(kind)
          ? { type: 'number', minimum: 0, exclusiveMinimum: true }
          : { type: 'number', exclusiveMinimum: 0 },
        s: { type: 'string', minLength: 2, maxLength: 3 },
        l: { type: 'array', items: {}, maxItems: 1, minItems: 1 },
        m: { type: 'number', multipleOf: 0.01 },
      }),
    fits: { n: 0.1, s: 'äöü', l: [1], m: 19.99 },
    breaks: [
      [{ n: 0 }, 'body /n range'],
      [{ s: 'a' }, 'body /s range'],
      [{ s: 'abcd' }, 'body /s range'],
      [{ l: [] }, 'body /l range'],
      [{ m: 0.001 }, 'body /m range'],
    ],
  },
  {
    name: 'null',
    schema: (kind) => object({ a: nullable(kind, 'string'), b: { type: 'string' } }),
    fits: { a: null, b: '' },
    breaks: [
      [{ b: null }, 'body /b type'],
      [{ a: 1 }, 'body /a type'],
    ],
  },
  {
    name: 'enumerations and patterns',
    schema: object({ a: { type: 'string', enum: ['x', 'y'] }, b: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' } }),
    fits: { a: 'x', b: 'AB-1' },
    breaks: [
      [{ a: 'z' }, 'body /a enum'],
      [{ b: 'ab-1' }, 'body /b pattern'],
    ],
  },
  {
    name: 'formats',
    schema: object({
      d: { type: 'string', format: 'date' },
      t: { type: 'string', format: 'date-time' },
      u: { type: 'string', format: 'uuid' },
      i: { type: 'integer', format: 'int32' },
      o: { type: 'string', format: 'never-heard-of' },
    }),
    fits: { d: '2027-01-31', t: '2027-01-31T10:00:00Z', u: '0f8fad5b-d9cd-469f-a165-70867728950e', i: 7, o: '?' },
    breaks: [
      [{ d: '2027-02-31' }, 'body /d format'],
      [{ t: 'today' }, 'body /t format'],
      [{ u: '7' }, 'body /u format'],
      [{ i: 3_000_000_000 }, 'body /i format'],
    ],
  },
  {
    name: 'composition',
    schema: { allOf: [{ $ref: 'Base' }, object({ b: { type: 'integer' } }, { required: ['b'] })] },
    shared: { Base: object({ a: { type: 'string' } }, { required: ['a'] }) },
    fits: { a: 'x', b: 1 },
    breaks: [
      [{ b: 1 }, 'body /a required'],
      [{ a: 'x' }, 'body /b required'],
      [{ a: 'x', b: 1, c: 2 }, 'body /c unknown-field'],
    ],
  },
  {
    name: 'objects without further fields',
    schema: object({ a: { type: 'string' } }, { additionalProperties: false }),
    fits: { a: 'x' },
    breaks: [[{ a: 'x', z: 1 }, 'body /z unknown-field']],
  },
  {
    name: 'maps',
    schema: { type: 'object', additionalProperties: { type: 'integer' } },
    fits: { anything: 1, other: 2 },
    breaks: [[{ anything: 'x' }, 'body /anything type']],
  },
  {
    name: 'circular schemas',
    schema: { $ref: 'Tree' },
    shared: { Tree: object({ value: { type: 'integer' }, children: { type: 'array', items: { $ref: 'Tree' } } }) },
    fits: { value: 1, children: [{ value: 2, children: [] }] },
    breaks: [[{ children: [{ children: [{ value: 'x' }] }] }, 'body /children/0/children/0/value type']],
  },
  {
    name: 'fields of the server',
    schema: object({ id: { type: 'integer', readOnly: true }, a: { type: 'string' } }, { required: ['id', 'a'] }),
    fits: { a: 'x' },
    breaks: [[{}, 'body /a required']],
  },
  {
    name: 'distinct elements',
    schema: object({ l: { type: 'array', uniqueItems: true, items: {} } }),
    fits: { l: [1, '1', { a: 1, b: 2 }, { a: 2, b: 1 }] },
    breaks: [
      [
        {
          l: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        },
        'body /l uniqueItems',
      ],
    ],
  },
];

/** `POST /things` takes the feature. */
export function featureDocument(kind: Kind, { schema, shared = {} }: Feature): Json {
  const place = kind === 'Swagger 2.0' ? '#/definitions/' : '#/components/schemas/';
  const placed = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, one) => (key === '$ref' ? `${place}${one}` : one));
  const body = placed(typeof schema === 'function' ? schema(kind) : schema);
  const info = { title: 'Feature', version: '1' };
  const responses = { '201': { description: 'made' } };
  if (kind === 'Swagger 2.0') {
    const parameters = [{ name: 'body', in: 'body', required: true, schema: body }];
    const post = { consumes: ['application/json'], parameters, responses };
    return { swagger: '2.0', info, paths: { '/things': { post } }, definitions: placed(shared) };
  }
  const requestBody = { required: true, content: { 'application/json': { schema: body } } };
  return {
    openapi: { 'OpenAPI 3.0': '3.0.3', 'OpenAPI 3.1': '3.1.1', 'OpenAPI 3.2': '3.2.0' }[kind],
    info,
    paths: { '/things': { post: { requestBody, responses } } },
    components: { schemas: placed(shared) },
  };
}
