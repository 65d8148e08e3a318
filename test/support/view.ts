import type { RequestView, ResponseView } from '../../src/core/detector.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeBody, viewBody } from '../../src/decoding/body.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';
import { decodeTarget } from '../../src/decoding/target.ts';

const NO_FIELDS = { wanted: 0, add: (): void => {}, skip: (): void => {} };

/** A request as the engine would show it to detectors; an object or list becomes a JSON body. */
export function requestView(
  target: string,
  {
    headers = {},
    body,
    isEnforced = true,
  }: { headers?: Record<string, string>; body?: unknown; isEnforced?: boolean } = {},
): RequestView {
  const method = body === undefined ? 'GET' : 'POST';
  const { path, query } = decodeTarget(target, method, 'shop.example.com', DEFAULT_LIMITS);
  return {
    method,
    target,
    path,
    query,
    rawHeaders: Object.entries(headers).flat(),
    endpoint: {
      id: `${method} shop.example.com${path}`,
      method,
      host: 'shop.example.com',
      template: path,
      source: 'classes',
    },
    actors: [],
    token: undefined,
    body:
      body === undefined
        ? undefined
        : decodeBody(
            Buffer.from(JSON.stringify(body)),
            parseContentType('application/json'),
            DEFAULT_LIMITS,
            NO_FIELDS,
          ),
    isEnforced,
  };
}

/** A response whose body was held. */
export function responseView(text: string, type = 'text/html', status = 200): ResponseView {
  return {
    request: requestView('/'),
    status,
    rawHeaders: ['content-type', type],
    body: viewBody(Buffer.from(text, 'latin1'), parseContentType(type)),
  };
}
