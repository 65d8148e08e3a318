// What holding a request to its API document costs: a 3 KB order with its lines, every field with a type, bounds, a pattern or a format.
// @ts-check
import { ContractTable } from '../../dist/openapi/contract-table.js';
import { prepareContract } from '../../dist/openapi/prepare.js';

const LINE = {
  type: 'object',
  required: ['sku', 'quantity', 'price'],
  properties: {
    sku: { type: 'string', pattern: '^[A-Z]{3}-\\d{1,8}$' },
    quantity: { type: 'integer', minimum: 1, maximum: 999 },
    price: { type: 'number', minimum: 0 },
    colour: { type: 'string', enum: ['red', 'green', 'blue'] },
    note: { type: 'string', nullable: true, maxLength: 200 },
  },
};
const ORDER = {
  type: 'object',
  required: ['id', 'customer', 'lines'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    placedAt: { type: 'string', format: 'date-time' },
    customer: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'email'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 80 },
        email: { type: 'string', format: 'email' },
        vip: { type: 'boolean' },
        since: { type: 'string', format: 'date', readOnly: true },
      },
    },
    lines: { type: 'array', minItems: 1, maxItems: 500, items: { $ref: '#/components/schemas/Line' } },
  },
};
const document = {
  openapi: '3.0.3',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/orders': {
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
        responses: { 201: { description: 'made' } },
      },
    },
  },
  components: { schemas: { Line: LINE, Order: ORDER } },
};

/** Body of about `bytes` that fits. @param {number} bytes */
function orderOf(bytes) {
  const lines = [];
  const order = {
    id: '0f8fad5b-d9cd-469f-a165-70867728950e',
    placedAt: '2027-01-01T10:00:00Z',
    customer: { name: 'Ann Smith', email: 'ann.smith@example.com', vip: false },
    lines,
  };
  for (let i = 0; JSON.stringify(order).length < bytes; i += 1) {
    lines.push({
      sku: `ABC-${1_000 + i}`,
      quantity: (i % 9) + 1,
      price: 19.99,
      colour: 'green',
      note: i % 2 ? null : 'as a gift',
    });
  }
  return Buffer.from(JSON.stringify(order));
}

/** @returns {{what: string, goal: string, measured: string, isMet: boolean | undefined}[]} */
export function measureContract() {
  const source = { route: 'r', document: '/shop.json', origin: 'document', basePath: undefined, folders: [] };
  const read = prepareContract(/** @type {any} */ (source), new Map([['/shop.json', JSON.stringify(document)]]));
  if (!('contract' in read)) throw new Error(JSON.stringify(read));
  const table = new ContractTable([read.contract], () => undefined);
  const bytes = orderOf(3_072);
  const rawHeaders = ['content-type', 'application/json', 'content-length', String(bytes.length)];
  const view = {
    method: 'POST',
    target: '/orders',
    path: '/orders',
    query: [],
    rawHeaders,
    actors: [],
    token: undefined,
    isEnforced: true,
    endpoint: { id: '', method: 'POST', host: '', template: '/orders', source: 'openapi' },
  };
  const parse = () => JSON.parse(bytes.toString('latin1'));
  const body = { mediaType: 'application/json', format: 'json', bytes, latin1: '', json: parse, graphql: [] };
  const value = parse();
  const readBefore = { ...view, body: { ...body, json: () => value } };
  const unread = { ...view, body };
  let found = 0;
  /** @param {unknown} asked */
  const validate = (asked) => {
    const contract = table.find('r', 'POST', ['orders']);
    const request = /** @type {any} */ (asked);
    found += contract.checkHead({ ...request, body: undefined }).length;
    found += contract.checkBody(request).length;
    found += contract.serverFields(request).length;
  };
  const own = microseconds(() => validate(readBefore));
  const whole = microseconds(() => validate(unread));
  const parsing = microseconds(parse);
  if (found > 0) throw new Error('the body does not fit its own document');
  return [
    {
      what: `contract: a ${bytes.length} byte body against its document; the value is the one learning reads`,
      goal: '≤ 25 µs',
      measured: `${own.toFixed(1)} µs`,
      isMet: own <= 25,
    },
    {
      what: 'contract: the same where nobody else reads the value',
      goal: 'none',
      measured: `${whole.toFixed(1)} µs (of it JSON.parse: ${parsing.toFixed(1)} µs)`,
      isMet: undefined,
    },
  ];
}

/** CPU time, so that neighbours on the machine do not count: the best of batches after a warm-up. @param {() => unknown} run */
function microseconds(run) {
  for (let i = 0; i < 5_000; i += 1) run();
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < 16; batch += 1) {
    const started = process.cpuUsage();
    for (let i = 0; i < 2_000; i += 1) run();
    const { user, system } = process.cpuUsage(started);
    best = Math.min(best, (user + system) / 2_000);
  }
  return best;
}

if (process.argv[1] === import.meta.filename) console.log(measureContract());
