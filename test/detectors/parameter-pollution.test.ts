import { describe, expect, it } from 'vitest';
import { parameterPollution } from '../../src/detectors/parameter-pollution.ts';
import { requestView } from '../support/view.ts';

const found = (query: string) => parameterPollution.load({})(requestView(`/api?${query}`));

const LOUD = [
  'amount=10&amount=9999',
  'account=1&account=2',
  'next=/home&next=/admin',
  'redirect_uri=https://a.example&redirect_uri=https://b.example',
  'price=10&price=1',
  'quantity=1&quantity=-1',
  'admin=false&admin=true',
  'page=1&page=2',
  'limit=10&limit=100000',
  'username=ann&username=bob',
  'callback=a&callback=b',
  'token=abc&token=def',
  'search=a&search=b',
  'password=a&password=b',
  'from=a&from=b&x=1',
  'x=1&coupon=A&y=2&coupon=B',
  'query=shoes/*&query=*/x',
  'id=1/*&id=*/2',
  'url=https://a.example&url=https://b.example',
  'method=GET&method=DELETE',
  'client_id=a&client_id=b',
];
const QUIET = [
  'tag=red&tag=blue',
  'ids=1&ids=2',
  'id=1&id=2',
  'filter[]=a&filter[]=b',
  'filter[price]=1&filter[price]=2',
  'sort=name&sort=price',
  'include=author&include=comments',
  'fields=a&fields=b',
  'fq=a:1&fq=b:2',
  'status=open&status=closed',
  'category=1&category=2',
  'page=1&page=1',
  'a=1&b=2&c=3',
  'a=&b=',
  'color=red&color=blue',
  'userId=1&userId=2',
  'in=a&in=b',
  'expand=x&expand=y',
  'scope=read&scope=write',
  'to=ann@example.com&to=bob@example.com',
  'label=a&label=b',
  'q=a&q=b',
  'product_ids=1&product_ids=2',
  'brand=x&brand=y&size=1&size=2',
  'name=O%27Brien&name=Lee',
  'metric=cpu&metric=memory',
  '',
];

describe('parameter-pollution', () => {
  it.each(LOUD)('names %s', (query) => expect(found(query)).toHaveLength(1));
  it.each(QUIET)('is quiet about %j', (query) => expect(found(query)).toEqual([]));
  it('tables ran', () => expect([LOUD.length >= 20, QUIET.length >= 25]).toEqual([true, true]));

  it('never blocks', () => {
    for (const query of LOUD) expect(found(query)[0]!.confidence).toBeLessThan(0.5);
  });

  it('names a parameter once, however often it is there', () => {
    expect(found(Array.from({ length: 200 }, (_, i) => `page=${i}`).join('&'))).toHaveLength(1);
  });
});
