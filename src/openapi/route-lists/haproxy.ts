// HAProxy: paths and hosts that access lists of frontends ask for, joined as `use_backend … if` joins them. Rules without a path mean
// every path.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

interface Condition {
  readonly of: 'path' | 'host' | 'method';
  readonly match: ImportedRoute['match'];
  readonly values: readonly string[];
}

const PATH: Readonly<Record<string, ImportedRoute['match']>> = {
  path: 'exact',
  path_beg: 'prefix',
  path_dir: 'prefix',
  path_reg: 'regex',
  url: 'exact',
  url_beg: 'prefix',
  url_reg: 'regex',
};

export function haproxyRoutes(text: string): RoutesRead {
  const routes: ImportedRoute[] = [];
  const skipped: string[] = [];
  let lists = new Map<string, Condition[]>();
  for (const [i, written] of text.split('\n').entries()) {
    const words = written
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    const [directive] = words;
    if (/^(?:frontend|listen|backend|defaults|global)$/.test(directive ?? '')) lists = new Map();
    else if (directive === 'acl' && words[1] !== undefined) {
      const condition = conditionOf(words.slice(2));
      if (condition === undefined) continue;
      lists.set(words[1], [...(lists.get(words[1]) ?? []), condition]);
    } else if (directive === 'use_backend') {
      const at = words.indexOf('if');
      if (at === -1) routes.push({ methods: [], hosts: [], path: '/', match: 'prefix' });
      else routes.push(...routesOfRule(words.slice(at + 1), lists, `line ${i + 1}`, skipped));
    } else if (directive === 'default_backend') routes.push({ methods: [], hosts: [], path: '/', match: 'prefix' });
  }
  return { routes, skipped };
}

/** `path_beg -i /api /v2`, `hdr(host) -i shop.example.com`, `method GET`. */
function conditionOf(words: readonly string[]): Condition | undefined {
  const [fetch = '', ...rest] = words;
  const [, name = '', argument = ''] = /^(\w+)(?:\(([^)]*)\))?(?:,\w+(?:\([^)]*\))?)*$/.exec(fetch) ?? [];
  let flag: string | undefined;
  const values: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '-m') {
      flag = rest[i + 1];
      i += 1;
    } else if (!rest[i]!.startsWith('-')) values.push(rest[i]!);
  }
  if (name === 'method') return { of: 'method', match: 'exact', values: values.map((one) => one.toUpperCase()) };
  if (/^(?:req\.)?hdr(?:_end|_dom)?$/.test(name) && /^host$/i.test(argument)) {
    const isEnd = name.endsWith('_end') || flag === 'end';
    return {
      of: 'host',
      match: 'exact',
      values: values.map((one) => (isEnd ? `*.${one.replace(/^\./, '')}` : one).toLowerCase().replace(/:\d+$/, '')),
    };
  }
  const match = flag === 'beg' ? 'prefix' : flag === 'reg' ? 'regex' : flag === 'str' ? 'exact' : PATH[name];
  return match === undefined ? undefined : { of: 'path', match, values };
}

/** Words beside each other must all hold; `or` and `||` begin another alternative. */
function routesOfRule(
  words: readonly string[],
  lists: ReadonlyMap<string, readonly Condition[]>,
  place: string,
  skipped: string[],
): ImportedRoute[] {
  const alternatives: string[][] = [[]];
  const inline = /^\{\s*(.*?)\s*\}$/.exec(words.join(' '));
  if (inline !== null) {
    const condition = conditionOf(inline[1]!.split(' '));
    return condition === undefined ? [] : joined([condition]);
  }
  for (const word of words) {
    if (word === '||' || word === 'or') alternatives.push([]);
    else alternatives.at(-1)!.push(word);
  }
  return alternatives.flatMap((names) => {
    if (names.some((name) => name.startsWith('!') || name.startsWith('{'))) {
      skipped.push(`${place}: a condition that is not read: ${names.join(' ').slice(0, 60)}`);
      return [];
    }
    const conditions = names.flatMap((name) => lists.get(name) ?? []);
    return conditions.length === 0 ? [] : joined(conditions);
  });
}

function joined(conditions: readonly Condition[]): ImportedRoute[] {
  const of = (kind: Condition['of']): Condition[] => conditions.filter((one) => one.of === kind);
  const methods = of('method').flatMap(({ values }) => values);
  const hosts = of('host').flatMap(({ values }) => values);
  const paths = of('path').flatMap(({ values, match }) => values.map((path) => ({ path, match })));
  return (paths.length === 0 ? [{ path: '/', match: 'prefix' as const }] : paths).map(({ path, match }) => ({
    methods,
    hosts,
    path,
    match,
  }));
}
