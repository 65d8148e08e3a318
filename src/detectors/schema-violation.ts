// Messages that are not what their API document says (positive security model): parameters, bodies, content types, paths and methods
// of requests, and answers. What is compared is in the contract of the request; here it becomes findings.
import { z } from 'zod';
import type { Violation } from '../core/contract.ts';
import type { PlacedRecognition, RequestDetector, ResponseDetector } from '../core/detector.ts';

const SETTINGS = z.strictObject({
  /** Query parameters that browsers, mail and advertising add to any address; a star at the end stands for any rest. */
  ignoredParameters: z
    .array(z.string().min(1).max(100))
    .max(1_000)
    .default([
      'utm_*',
      'gclid',
      'gbraid',
      'wbraid',
      'fbclid',
      'msclkid',
      'mc_cid',
      'mc_eid',
      '_ga',
      '_gl',
      '_',
      'dclid',
    ]),
});
type Settings = z.infer<typeof SETTINGS>;

export const schemaViolation: RequestDetector<Settings> = {
  kind: 'request',
  id: 'schema-violation',
  phase: 'request-head',
  settings: SETTINGS,
  load: (settings) => {
    const isIgnored = ignored(settings.ignoredParameters);
    return (request) => {
      if (request.contract === undefined) return NONE;
      const found = request.contract.checkHead(request);
      if (found.length === 0) return NONE;
      return found
        .filter((one) => one.kind !== 'unknown-parameter' || one.name === undefined || !isIgnored(one.name))
        .map(recognised);
    };
  },
};

export const schemaViolationInBody: RequestDetector<Settings> = {
  kind: 'request',
  id: 'schema-violation',
  phase: 'request-body',
  settings: SETTINGS,
  load: () => (request) => request.contract?.checkBody(request).map(recognised) ?? NONE,
};

export const schemaViolationInResponse: ResponseDetector<Settings> = {
  kind: 'response',
  id: 'schema-violation',
  settings: SETTINGS,
  load: () => (response) =>
    response.request.contract?.checkResponse(response).map((one): PlacedRecognition => {
      return { ...recognised(one), severity: 'low' };
    }) ?? NONE,
};

const NONE: readonly PlacedRecognition[] = [];
/** What a document left out is a sign of an old document as often as of an attack. */
const OFTEN_LEFT_OUT = new Set([
  'unknown-path',
  'unknown-parameter',
  'unknown-field',
  'unknown-body',
  'unknown-status',
]);

function recognised({ location, pointer, kind, what, answer }: Violation): PlacedRecognition {
  const isMild = OFTEN_LEFT_OUT.has(kind);
  if (answer === 'block') return { location, pointer, what, confidence: 0.9 };
  return {
    location,
    pointer,
    what,
    confidence: isMild ? 0.2 : 0.5,
    actionMax: 'tag',
    ...(isMild ? { severity: 'low' as const } : {}),
  };
}

function ignored(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const starts = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || starts.some((start) => name.startsWith(start));
}
