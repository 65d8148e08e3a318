// Records as workers send them to the analyst, of a small shop with as many people as asked for.
// @ts-check

/** What `person`, an address and a signed-in user, did at `at`, with all that a worker observes of it: one of four calls by `i`. @param {number} i @param {number} person @param {number} at */
export function recordOf(i, person, at) {
  const address = `${10 + (person >> 16)}.${(person >> 8) & 255}.${person & 255}.7`;
  const kind = i % 4;
  const order = person * 5 + (i % 5);
  const path = ['/api/products/17', `/api/orders/${order}`, '/api/cart', '/api/search'][kind];
  const method = kind === 2 ? 'POST' : 'GET';
  const fields = [field('/id', order), field('/total', 17), field('/name', i % 100)];
  return {
    id: `t${i}`,
    receivedAt: at,
    durationMs: 21,
    upstreamMs: 20,
    clientAddress: address,
    method,
    host: 'shop.example.com',
    path,
    endpoint: `${method} shop.example.com${path.replace(/\/\d+$/, '/{id}')}`,
    route: 'shop',
    mode: 'enforce',
    status: 200,
    requestBodyBytes: 100,
    responseBodyBytes: 1_000,
    actors: [
      { kind: 'ip', id: address, isVerified: true },
      { kind: 'subject', id: `person${person}@example.com`, isVerified: true },
    ],
    action: 'allow',
    enforced: 'allow',
    rule: 'nothing-found',
    confidence: 0,
    findings: [],
    coverage: 'inspected',
    uninspected: [],
    fault: undefined,
    policyVersion: 'bench',
    observation: {
      authentication: ['jwt'],
      isCredentialInUrl: false,
      userAgent: `App/${person % 300}`,
      country: 'DE',
      network: 3320,
      isEncrypted: true,
      upgrade: undefined,
      graphqlOperation: undefined,
      claims: [{ name: 'role', hash: '00000000000000aa', word: 'customer' }],
      query: [],
      request: { mediaType: 'application/json', fields: kind === 2 ? fields : [], records: 1, dataTypes: [] },
      response: { mediaType: 'application/json', fields, records: 1, dataTypes: [['email', 2]] },
      account: undefined,
      responseHeaders: [],
    },
  };
}

function field(pointer, value) {
  const hash = (value * 2_654_435_761).toString(16).padStart(16, '0').slice(-16);
  return { pointer, type: 'integer', format: undefined, length: undefined, number: value, hash, word: undefined };
}
