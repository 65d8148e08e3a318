// nginx: `location` blocks that pass to an upstream, with the `server_name` of their server. `return`, `deny` and static files are no
// routes. A location inside another one is read as one of its own, as nginx matches it.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

interface Block {
  readonly directive: string;
  readonly words: readonly string[];
  names: readonly string[];
  passes: boolean;
  methods: readonly string[];
}

const PASSES = /^(?:proxy_pass|grpc_pass|uwsgi_pass|fastcgi_pass|scgi_pass)$/;
const BLOCKS_MAX = 64;

export function nginxRoutes(text: string): RoutesRead {
  const found: { readonly location: Block; readonly server: Block | undefined }[] = [];
  const skipped: string[] = [];
  const open: Block[] = [];
  let words: string[] = [];
  for (const word of wordsOf(text)) {
    if (word === '{') {
      const [directive = '', ...rest] = words;
      if (open.length >= BLOCKS_MAX) return { routes: [], skipped: [`blocks nested deeper than ${BLOCKS_MAX}`] };
      open.push({ directive, words: rest, names: [], passes: false, methods: [] });
      words = [];
    } else if (word === '}') {
      const closed = open.pop();
      if (closed?.directive === 'location') {
        const outer = open.at(-1);
        // A limit on methods inside a location, or an `if`, belongs to it.
        if (closed.passes) found.push({ location: closed, server: open.findLast((one) => one.directive === 'server') });
        else if (outer === undefined) skipped.push('a location outside of a server');
      } else if (closed?.directive === 'limit_except') {
        const location = open.findLast((one) => one.directive === 'location');
        if (location !== undefined) location.methods = closed.words.map((method) => method.toUpperCase());
      } else if (closed?.directive === 'if' && closed.passes) {
        const location = open.findLast((one) => one.directive === 'location');
        if (location !== undefined) location.passes = true;
      }
      words = [];
    } else if (word === ';') {
      const [directive = '', ...rest] = words;
      const block = open.at(-1);
      if (block !== undefined && PASSES.test(directive)) block.passes = true;
      const server = open.findLast((one) => one.directive === 'server');
      if (directive === 'server_name' && server !== undefined) server.names = rest;
      words = [];
    } else words.push(word);
  }
  return { routes: found.flatMap(({ location, server }) => routeOf(location, server, skipped)), skipped };
}

function routeOf({ words, methods }: Block, server: Block | undefined, skipped: string[]): ImportedRoute[] {
  const hosts = (server?.names ?? [])
    .filter((name) => name !== '_' && name !== '' && !name.startsWith('~'))
    .flatMap((name) => (name.startsWith('.') ? [name.slice(1), `*${name}`] : [name]))
    .map((name) => name.toLowerCase());
  const [first = '/', second] = words;
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  const route = (path: string, match: ImportedRoute['match']): ImportedRoute[] => [
    { methods: allowed, hosts, path, match },
  ];
  switch (first) {
    case '=':
      return route(second ?? '/', 'exact');
    case '^~':
      return route(second ?? '/', 'prefix');
    case '~':
    case '~*':
      return route(first === '~*' ? `(?i)${second ?? ''}` : (second ?? ''), 'regex');
    default:
      if (first.startsWith('@')) {
        skipped.push(`${first}: a named location has no path`);
        return [];
      }
      return route(first, 'prefix');
  }
}

/** Words, quoted ones whole, and `{`, `}`, `;` on their own; comments left out. A brace inside a pattern is part of its word. */
function* wordsOf(text: string): Generator<string> {
  const token =
    /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([{};])|((?:[^\s{};#"'\\]|\\.|\{\d+(?:,\d*)?\})+)|([\s\S])/g;
  for (const [, double, single, mark, word, other] of text.matchAll(token)) {
    const value = double ?? single ?? mark ?? word ?? other;
    if (value !== undefined) yield value;
  }
}
