// Parameter pollution: one parameter several times with different values, of which this or that layer believes the first or
// the last (OWASP WSTG-INPV-04). Lists are written the same way, so a repeated parameter alone never blocks.
import type { MisplacedParameter, PlacedRecognition, RequestDetector, RequestView } from '../core/detector.ts';
import { childPointer } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const parameterPollution: RequestDetector = {
  kind: 'request',
  id: 'parameter-pollution',
  phase: 'request-head',
  settings: noSettings,
  load: () => inspect,
};

/** Where a document has a parameter in one place: the same name in another one, in the query. */
export const misplacedParameter: RequestDetector = {
  kind: 'request',
  id: 'parameter-pollution',
  phase: 'request-head',
  settings: noSettings,
  load: () => (request) => (request.query.length === 0 ? [] : (request.contract?.misplaced(request).map(placed) ?? [])),
};

/** The same for fields of a body. */
export const misplacedParameterInBody: RequestDetector = {
  kind: 'request',
  id: 'parameter-pollution',
  phase: 'request-body',
  settings: noSettings,
  load: () => (request) => request.contract?.misplaced(request).map(placed) ?? [],
};

function placed({ location, pointer, documented, isSecond }: MisplacedParameter): PlacedRecognition {
  return {
    location,
    pointer,
    confidence: isSecond ? 0.6 : 0.3,
    severity: isSecond ? 'medium' : 'low',
    what: isSecond
      ? `the parameter is here as well; the document has it in one place, ${PLACES[documented]}`
      : `the document has the parameter elsewhere, ${PLACES[documented]}`,
  };
}

const PLACES: Readonly<Record<MisplacedParameter['location'], string>> = {
  path: 'the path',
  query: 'the query',
  header: 'a header',
  cookie: 'a cookie',
  body: 'the body',
};

/** Names of which APIs take several: plurals, filters, facets, fields to return, tags. */
const LIST =
  /\[|\]|s$|^(?:q|id|in|f|fq|fl|tag|label|field|column|filter|where|sort|order|orderby|include|exclude|expand|embed|select|with|only|facet|category|status|state|type|kind|value|key|color|colour|size|brand|lang|language|scope|role|group|feature|option|metric|dimension|param|arg|item|user|symbol|date|day|month|year|match|query|resource|audience|prompt|acr|node|host|service|level|topic|event|name|email|to|cc|bcc)$|(?:^|[_-])(?:in|list|ids|any|all)$|(?:Ids?|List|In)$/;
/** Characters of which a list of plain values has none, and a value cut in two to pass a filter has. */
const SUSPICIOUS = /['"`<>;(){}|\\$]|--|\/\*|\*\/|\.\.\/|%[0-9a-fA-F]{2}/;
const OPENS = /\/\*[^*/]*$/;
const CLOSES = /^[^*/]*\*\//;
const PARAMETERS_MAX = 2_000;

function inspect(request: RequestView): readonly PlacedRecognition[] {
  const { query } = request;
  if (query.length < 2) return [];
  const firsts = new Map<string, string>();
  const reported = new Set<string>();
  const found: PlacedRecognition[] = [];
  for (const [name, value] of query.slice(0, PARAMETERS_MAX)) {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, value);
      continue;
    }
    if (first === value || reported.has(name)) continue;
    const isSuspicious = SUSPICIOUS.test(value) || SUSPICIOUS.test(first);
    // A list may hold any value; a comment that opens in one and closes in another is no list.
    if (LIST.test(name) && !(OPENS.test(first) && CLOSES.test(value))) continue;
    reported.add(name);
    found.push({
      location: 'query',
      pointer: childPointer('', name),
      confidence: isSuspicious ? 0.4 : 0.2,
      severity: 'low',
      what: isSuspicious
        ? 'the parameter is there several times, with characters that no list of plain values has'
        : 'the parameter is there several times with different values',
    });
  }
  return found;
}
