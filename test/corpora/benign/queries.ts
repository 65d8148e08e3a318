// Query languages that clients send on purpose: searches, filters, GraphQL, database and log queries.
import type { Random } from '../random.ts';

export const SEARCHES = [
  '"red shoes" AND (size:42 OR size:43) -kids',
  'title:"hello world" AND author:O\'Brien',
  'foo~2 bar^4 +must -not',
  'status:[200 TO 299] AND path:\\/api\\/*',
  'price:>10 AND price:<=20',
  "o'reilly books or magazines",
  'c++ vs c#',
  'site:example.com filetype:pdf "annual report"',
  'how to join two tables in sql',
  'select all checkboxes javascript',
  'what is <div> for?',
  'rock & roll',
  'AC/DC',
  'node.js "require is not defined"',
  'user@example.com',
  '10% off -- summer sale',
  'drop table lamp',
  'union jack mug (2 pack)',
  'cat food; dry',
  'script writing course',
  'AND gate OR gate',
  '5 or more',
  '1=1',
  "what's the where clause?",
  '日本 旅行',
  '서울 맛집 & 카페',
  "name eq 'O''Brien'",
  '#42',
  '$100-$200',
  'is:open label:"bug" author:@me sort:updated-desc',
  'from:ann to:bob has:attachment',
  '(a OR b) AND NOT c',
  'wildcard* te?t',
  '50" tv',
  "5'10 inches in cm",
  '/regex[a-z]+/i',
  'a|b|c',
  'id;name;price',
];
export const ODATA = [
  "name eq 'O''Brien' and price gt 10",
  "startswith(name,'A') or endswith(name,'z')",
  "contains(tolower(title),'sql') and not (price lt 5)",
  'createdAt ge 2026-01-01T00:00:00Z and (status eq 1 or status eq 2)',
  "tags/any(t: t eq 'new')",
  "length(name) gt 3 and substring(name,1) eq 'b'",
];
export const RSQL = ["name=='O*';(price=gt=10,price=lt=5)", 'status=in=(open,closed);owner!=bob', 'title=like=*sql*'];
export const JQL = [
  'project = SHOP AND status in (Open, "In Progress") ORDER BY created DESC',
  'assignee = currentUser() AND updated >= -7d',
  'text ~ "drop table" OR labels is EMPTY',
];
export const METRICS = [
  'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) by (route) > 0.1',
  '{app="web"} |= "error" | json | status >= 500',
  'histogram_quantile(0.99, sum(rate(x_bucket[5m])) by (le))',
  'SELECT mean("value") FROM "cpu" WHERE time > now() - 1h GROUP BY time(1m)',
];
export const CRON = ['*/5 * * * *', '0 0 1,15 * 3', '@daily', '0 9-17 * * MON-FRI'];

export const GRAPHQL = [
  '{ user(id: "42") { id name orders(first: 10, where: { status: "open" }) { edges { node { id total } } } } }',
  'query Search($q: String!, $first: Int = 20) { search(query: $q, first: $first) { __typename ... on Product { id name price { amount currency } } } }',
  'mutation { addComment(postId: 7, text: "It\'s \\"great\\" & <b>bold</b>") { id text } }',
  'subscription { orderUpdated(id: "7b0f0d1e-6a36-4f2e-9a5c-0d5a3cf0c1aa") { id status } }',
];

/** Queries as JSON: Elasticsearch, and an admin's filter in the words of MongoDB under a key that says so. */
export function jsonQuery(r: Random): unknown {
  return r.pick<unknown>([
    {
      query: {
        bool: { must: [{ match: { title: "o'reilly sql" } }], filter: [{ range: { price: { gte: 10, lte: 20 } } }] },
      },
      sort: [{ _score: 'desc' }],
      size: r.integer(1, 50),
    },
    { query: { query_string: { query: 'title:(sql OR "drop table") AND -spam' } } },
    {
      filters: [
        { field: 'name', op: 'contains', value: "O'B" },
        { field: 'age', op: '>=', value: 18 },
      ],
      join: 'and',
    },
    { where: { and: [{ status: 'open' }, { or: [{ price: { gt: 10 } }, { vip: true }] }] }, limit: 10 },
    { index: 'logs-*', aggs: { by_day: { date_histogram: { field: '@timestamp', calendar_interval: '1d' } } } },
    { selectors: ['div > p.note', 'a[href^="https://"]', '#main .x:not(:first-child)'] },
    {
      jsonpath: '$.store.book[?(@.price < 10)].title',
      xpath: '//book[price<10]/title',
      jq: '.items[] | select(.id == 7) | .name',
    },
  ]);
}
