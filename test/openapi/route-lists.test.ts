import { describe, expect, it } from 'vitest';
import { readRouteList } from '../../src/openapi/route-lists/read-route-list.ts';

function listOf(text: string, file = '/lists/routes') {
  const read = readRouteList(text, file);
  if ('fault' in read) throw new Error(read.fault.message);
  const { list } = read;
  return {
    ...list,
    has: (endpoint: string) => {
      const [method = '', place = ''] = endpoint.split(' ');
      const slash = place.indexOf('/');
      return list.covers({ method, host: place.slice(0, slash), template: place.slice(slash) });
    },
  };
}

const KONG = `_format_version: "3.0"
services:
  - name: users
    url: http://users
    routes:
      - { name: users, methods: [GET, POST], hosts: [shop.example.com], paths: [/users, "~/accounts/\\\\d+/balance$"] }
  - name: other
    url: http://other
    routes: [{ name: e, expression: 'http.path == "/x"' }]`;

const NGINX = `
# the shop
http {
  upstream app { server 10.0.0.1:80; }
  server {
    server_name shop.example.com www.shop.example.com;
    location = /health { return 200 "ok"; }
    location /static/ { root /var/www; }
    location /api/users { limit_except GET { deny all; } proxy_pass http://app; }
    location ~ ^/api/orders/[0-9]+$ { proxy_pass http://app; }
    location = /api/login { proxy_pass "http://app;x"; }
    location @fallback { proxy_pass http://app; }
  }
}`;

const HAPROXY = `
frontend web
  bind :80
  acl is_api path_beg /api/v1
  acl is_shop hdr(host) -i shop.example.com
  acl is_get method GET
  acl old path_reg ^/old/.*
  use_backend api if is_api is_shop is_get
  use_backend api if old || { path /x }
  use_backend exact if { path /status }
backend api
  server a 10.0.0.1:80`;

const ENVOY = {
  static_resources: {
    listeners: [
      {
        filter_chains: [
          {
            filters: [
              {
                typed_config: {
                  route_config: {
                    virtual_hosts: [
                      {
                        name: 'shop',
                        domains: ['shop.example.com', '*.shop.example.com:443'],
                        routes: [
                          { match: { prefix: '/users' }, route: { cluster: 'a' } },
                          {
                            match: { path: '/login', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
                            route: {},
                          },
                          { match: { safe_regex: { regex: '/orders/\\d+' } }, route: {} },
                          { match: { prefix: '/gone' }, direct_response: { status: 410 } },
                        ],
                      },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
  },
};

const lists: readonly (readonly [name: string, text: string, format: string, has: string[], hasNot: string[]])[] = [
  [
    'a plain list',
    'GET /users/{id}\nGET,POST shop.example.com/orders/*   # all of them\n/health\n',
    'a plain list',
    ['GET a.test/users/{id}', 'POST shop.example.com/orders/{id}/items', 'PUT a.test/health'],
    ['POST a.test/users/{id}', 'GET a.test/orders/1', 'GET a.test/users/{id}/roles'],
  ],
  [
    'Kong',
    KONG,
    'Kong',
    ['GET shop.example.com/users/{id}', 'POST shop.example.com/users', 'GET shop.example.com/accounts/{id}/balance'],
    ['DELETE shop.example.com/users', 'GET other.example.com/users', 'GET shop.example.com/accounts/{id}'],
  ],
  [
    'nginx',
    NGINX,
    'nginx',
    [
      'GET shop.example.com/api/users/{id}',
      'GET www.shop.example.com/api/orders/{id}',
      'POST shop.example.com/api/login',
    ],
    [
      'POST shop.example.com/api/users',
      'GET shop.example.com/static/{text}',
      'GET shop.example.com/health',
      'GET x.test/api/users',
    ],
  ],
  [
    'nginx on one line',
    'server { listen 80; server_name _; location /api/ { proxy_pass http://app; } }',
    'nginx',
    ['GET a.test/api/users', 'POST b.test/api/orders/{id}'],
    ['GET a.test/static/x'],
  ],
  [
    'HAProxy',
    HAPROXY,
    'HAProxy',
    ['GET shop.example.com/api/v1/users', 'POST any.test/old/{id}', 'GET any.test/status'],
    ['POST shop.example.com/api/v1/users', 'GET other.test/api/v1/users', 'GET any.test/x'],
  ],
  [
    'Envoy',
    JSON.stringify(ENVOY),
    'Envoy',
    ['GET shop.example.com/users/{id}', 'POST eu.shop.example.com/login', 'GET shop.example.com/orders/{id}'],
    ['GET shop.example.com/login', 'GET shop.example.com/gone', 'GET x.test/users'],
  ],
  [
    'AWS get-resources',
    JSON.stringify({
      items: [
        { path: '/pets/{petId}', resourceMethods: { GET: {} } },
        { path: '/{proxy+}', resourceMethods: { POST: {} } },
      ],
    }),
    'AWS API Gateway',
    ['GET a.test/pets/{id}', 'POST a.test/anything/below'],
    ['GET a.test/pets', 'DELETE a.test/pets/{id}'],
  ],
  [
    'AWS get-routes',
    JSON.stringify({ Items: [{ RouteKey: 'ANY /pets/{id}' }, { RouteKey: '$connect' }] }),
    'AWS API Gateway',
    ['PUT a.test/pets/{id}'],
    ['GET a.test/pets'],
  ],
  [
    'CloudFormation',
    `Resources:
  Users: { Type: "AWS::ApiGateway::Resource", Properties: { PathPart: users, ParentId: { "Fn::GetAtt": [Api, RootResourceId] } } }
  User: { Type: "AWS::ApiGateway::Resource", Properties: { PathPart: "{id}", ParentId: { Ref: Users } } }
  GetUser: { Type: "AWS::ApiGateway::Method", Properties: { HttpMethod: GET, ResourceId: { Ref: User } } }
  F: { Type: "AWS::Serverless::Function", Properties: { Events: { E: { Type: Api, Properties: { Path: /orders, Method: post } } } } }`,
    'AWS API Gateway',
    ['GET a.test/users/{id}', 'POST a.test/orders'],
    ['GET a.test/users', 'GET a.test/orders'],
  ],
  [
    'OpenAPI with extensions of AWS',
    JSON.stringify({
      openapi: '3.0.1',
      servers: [{ url: 'https://x.test/prod' }],
      paths: { '/a': { get: {} }, '/b/{id}': { 'x-amazon-apigateway-any-method': {} } },
    }),
    'OpenAPI',
    ['GET a.test/a', 'GET a.test/prod/a', 'DELETE a.test/b/{id}'],
    ['POST a.test/a'],
  ],
];

describe('a route list', () => {
  it.each(lists)('of %s is read', (_, text, format, has, hasNot) => {
    const list = listOf(text);
    expect(list.format).toBe(format);
    expect(has.filter((endpoint) => !list.has(endpoint))).toEqual([]);
    expect(hasNot.filter((endpoint) => list.has(endpoint))).toEqual([]);
  });

  it('names what it could not read', () => {
    expect(listOf(KONG).skipped).toEqual(['e: expressions are not read']);
    expect(listOf(HAPROXY).skipped[0]).toMatch(/line 9: a condition that is not read/);
    expect(listOf('GET /a\nnonsense\n', '/l/routes.txt').skipped).toEqual([
      'line 2 is no route; write `GET host/path`',
    ]);
  });

  it.each([
    ['{}', /not a route list/],
    ['{"items":[]}', /no route was found/],
    ['a: [', /./],
    ['', /empty/],
  ])('is refused with a reason: %s', (text, message) => {
    const read = readRouteList(text, '/lists/routes.yaml');
    expect('fault' in read && read.fault.message).toMatch(message);
  });
});
