// Responses the gateway makes itself: application/problem+json (RFC 9457) without a detail that helps an attacker.
// This is the one place where a fault or a blocking verdict becomes a status, header lines and a body.
import { STATUS_CODES } from 'node:http';
import type { Refusal } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';

export interface LocalReply {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

const RETRY_AFTER_SECONDS = 1;

export function localReply(refusal: Refusal, id: string, route: Route | undefined): LocalReply {
  const isBlock = refusal.kind === 'block';
  const status = isBlock ? refusal.verdict.status : refusal.fault.status;
  const retryAfter = isBlock ? refusal.verdict.retryAfterSeconds : status === 503 ? RETRY_AFTER_SECONDS : undefined;
  const custom = isBlock && status !== 429 ? route?.blockReply : undefined;
  const isCustom = custom?.body !== undefined;
  const body = Buffer.from(isCustom ? custom.body : problem(status, id));
  return {
    status,
    body,
    rawHeaders: [
      'Content-Type',
      isCustom ? custom.contentType : 'application/problem+json',
      'Content-Length',
      String(body.length),
      'Cache-Control',
      'no-store',
      'x-sallyport-id',
      id,
      ...(retryAfter === undefined ? [] : ['Retry-After', String(retryAfter)]),
    ],
  };
}

function problem(status: number, id: string): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, instance: id });
}
