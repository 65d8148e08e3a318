// A document, and short ways to ask what it says of a message: `location pointer kind` of each violation.
import { type ContractAnswers, DEFAULT_CONTRACT_ANSWERS, type PreparedContract } from '../../src/core/contract.ts';
import type { RequestView } from '../../src/core/detector.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeBody, viewBody } from '../../src/decoding/body.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';
import { decodeTarget } from '../../src/decoding/target.ts';
import { ContractTable } from '../../src/openapi/contract-table.ts';
import { type DocumentSource, type Prepared, prepareContract } from '../../src/openapi/prepare.ts';

const NO_FIELDS = { wanted: 0, add: (): void => {}, skip: (): void => {} };
const HOST = 'shop.example.com';

type Headers = Readonly<Record<string, string>>;

export function prepared(
  text: string | Readonly<Record<string, string>>,
  source: Partial<DocumentSource> = {},
): Prepared {
  const texts = new Map(Object.entries(typeof text === 'string' ? { '/apis/api.yaml': text } : text));
  const document = [...texts.keys()][0]!;
  return prepareContract(
    { route: 'r', document, origin: 'document', basePath: undefined, folders: [], ...source },
    texts,
  );
}

export function contractOf(text: string | Readonly<Record<string, string>>): PreparedContract {
  const read = prepared(text);
  if (!('contract' in read)) throw new Error(JSON.stringify(read));
  return read.contract;
}

export function held(
  document: string | PreparedContract | readonly PreparedContract[],
  answers: ContractAnswers = DEFAULT_CONTRACT_ANSWERS,
) {
  const contracts = typeof document === 'string' ? [contractOf(document)] : [document].flat();
  const table = new ContractTable(contracts as readonly PreparedContract[], () => answers);
  const viewOf = (method: string, target: string, headers: Headers, body: unknown): RequestView => {
    const { path, query, segments } = decodeTarget(target, method, HOST, DEFAULT_LIMITS);
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const all: Record<string, string> = { ...headers };
    if (text !== undefined) {
      all['content-type'] ??= 'application/json';
      all['content-length'] = String(Buffer.byteLength(text));
    }
    return {
      method,
      target,
      path,
      query,
      rawHeaders: Object.entries(all).flat(),
      endpoint: { id: `${method} ${HOST}${path}`, method, host: HOST, template: path, source: 'classes' },
      actors: [],
      token: undefined,
      body:
        text === undefined
          ? undefined
          : decodeBody(Buffer.from(text), parseContentType(all['content-type']), DEFAULT_LIMITS, NO_FIELDS),
      isEnforced: true,
      contract: table.find('r', method, segments),
    };
  };
  const run = (method: string, target: string, headers: Headers = {}, body?: unknown): string[] => {
    const request = viewOf(method, target, headers, body);
    const head = request.contract?.checkHead({ ...request, body: undefined }) ?? [];
    const after = request.body === undefined ? [] : (request.contract?.checkBody(request) ?? []);
    return [...head, ...after].map(({ location, pointer, kind }) => `${location} ${pointer} ${kind}`);
  };
  return {
    table,
    viewOf,
    run,
    get: (target: string, headers: Headers = {}) => run('GET', target, headers),
    post: (target: string, body: unknown, headers: Headers = {}) => run('POST', target, headers, body),
    put: (target: string, body: unknown) => run('PUT', target, {}, body),
    answer: (method: string, target: string, status: number, body: unknown, type = 'application/json'): string[] => {
      const request = viewOf(method, target, {}, undefined);
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const view = viewBody(bytes, parseContentType(type));
      const found = request.contract?.checkResponse({ request, status, rawHeaders: [], body: view }) ?? [];
      return found.map(({ location, pointer, kind }) => `${location} ${pointer} ${kind}`);
    },
    serverFields: (method: string, target: string, body: unknown, headers: Headers = {}): string[] => {
      const request = viewOf(method, target, headers, body);
      return (request.contract?.serverFields(request) ?? []).map(({ pointer, why }) => `${pointer} ${why}`);
    },
    misplaced: (method: string, target: string, body?: unknown): string[] => {
      const request = viewOf(method, target, {}, body);
      const head = request.contract?.misplaced({ ...request, body: undefined }) ?? [];
      const after = request.body === undefined ? [] : (request.contract?.misplaced(request) ?? []);
      return [...head, ...after].map(
        ({ location, pointer, documented, isSecond }) =>
          `${location} ${pointer} ${isSecond ? 'second to' : 'instead of'} ${documented}`,
      );
    },
  };
}
