// `GET /api/**`, `POST,PUT shop.example.com/users/{id}`, `/health`: which endpoints a policy document is about.
// `{name}` and `*` stand for one segment, `**` for any number. Matched against the canonical path, never against raw text.

export interface EndpointPattern {
  readonly source: string;
  /** The path's first segments, up to one that stands for others. */
  readonly literals: readonly string[];
  matches(method: string, host: string, segments: readonly string[]): boolean;
}

const METHODS = /^(?:\*|[A-Z]+(?:,[A-Z]+)*)$/;

/** @throws SyntaxError with what to write instead */
export function compileEndpointPattern(source: string): EndpointPattern {
  const parts = source.trim().split(/\s+/);
  if (parts.length > 2) throw new SyntaxError('write `METHOD /path`, as in `GET /api/users/{id}`');
  const methodPart = parts.length === 2 ? parts[0]! : '*';
  if (!METHODS.test(methodPart))
    throw new SyntaxError(`\`${methodPart}\` is no method; write \`GET\`, \`GET,POST\` or \`*\``);
  const place = parts.at(-1)!;
  const slash = place.indexOf('/');
  if (slash === -1) throw new SyntaxError('a path starts with a slash, as in `GET /api/users/{id}`');
  const host = place.slice(0, slash).toLowerCase();
  const wanted = place.slice(slash + 1).split('/');
  for (const segment of wanted) {
    if (!isWholeSegment(segment)) {
      throw new SyntaxError(
        `\`${segment}\`: \`*\`, \`**\` and \`{name}\` stand for whole segments, as in \`/api/*/items\``,
      );
    }
  }
  if (/[?#]/.test(place)) throw new SyntaxError('a pattern is a path alone, without query');
  if (wanted.length === 1 && wanted[0] === '') wanted.length = 0;
  const methods = methodPart === '*' ? undefined : new Set(methodPart.split(','));
  return {
    source,
    literals: wanted.slice(0, literalCount(wanted)),
    matches: (method, requestHost, segments) =>
      (methods === undefined || methods.has(method)) &&
      (host === '' || isSameHost(host, requestHost)) &&
      matchSegments(wanted, segments),
  };
}

function literalCount(wanted: readonly string[]): number {
  const at = wanted.findIndex((segment) => segment === '**' || isPlaceholder(segment));
  return at === -1 ? wanted.length : at;
}

function isWholeSegment(segment: string): boolean {
  return segment === '*' || segment === '**' || /^\{[^{}*]*\}$/.test(segment) || !/[*{}]/.test(segment);
}

function isSameHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === '*' || pattern === host;
}

/** Glob matching with one backtrack point: linear for one `**`, and at worst pattern × path for several. */
function matchSegments(wanted: readonly string[], segments: readonly string[]): boolean {
  let w = 0;
  let s = 0;
  let starW = -1;
  let starS = 0;
  while (s < segments.length) {
    const want = wanted[w];
    if (want === '**') {
      starW = w++;
      starS = s;
    } else if (want !== undefined && isSegment(want, segments[s]!)) {
      w += 1;
      s += 1;
    } else if (starW !== -1) {
      w = starW + 1;
      s = ++starS;
    } else return false;
  }
  while (wanted[w] === '**') w += 1;
  return w === wanted.length;
}

function isSegment(want: string, segment: string): boolean {
  return isPlaceholder(want) || want === segment;
}

function isPlaceholder(want: string): boolean {
  return want === '*' || (want.startsWith('{') && want.endsWith('}'));
}
