// Findings that come from the gateway's own knowledge of the actor or the protocol, not from a detector.
import type { ListDocument } from '../core/document.ts';
import type { Fault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type { Restriction } from '../core/restriction.ts';
import type { Phase } from '../core/transaction.ts';
import type { RateWindows } from './rate-window.ts';

export function denyFinding(list: ListDocument): Finding {
  return {
    detection: 'denied-actor',
    phase: 'request-head',
    location: 'connection',
    pointer: '',
    severity: 'medium',
    confidence: 1,
    what: `the actor stands on the deny-list ${list.id}`,
    action: 'block',
    policy: { kind: list.kind, id: list.id, file: list.source.file, line: list.source.line },
    owasp: [],
  };
}

/** Undefined while a rate-limited actor is within its limit. */
export function restrictionFinding(restriction: Restriction, windows: RateWindows, now: number): Finding | undefined {
  const finding: Finding = {
    detection: 'restricted-actor',
    phase: 'request-head',
    location: 'connection',
    pointer: '',
    severity: 'medium',
    confidence: 1,
    what: `the ${restriction.actor.kind} is restricted: ${restriction.reason}`,
    action: restriction.action === 'tag' ? 'tag' : 'block',
    policy: { kind: 'restriction', id: restriction.id, file: '', line: 0 },
    owasp: [],
  };
  if (restriction.action !== 'rate-limit') return finding;
  const retryAfterSeconds = windows.count(restriction.id, restriction.requestsPerMinuteMax ?? 60, now);
  return retryAfterSeconds === undefined ? undefined : { ...finding, reply: { status: 429, retryAfterSeconds } };
}

export function protocolFinding(fault: Fault, phase: Phase): Finding {
  return {
    detection: 'protocol-violation',
    phase,
    location: 'body',
    pointer: '',
    severity: 'low',
    confidence: 0.5,
    what: `the body cannot be read in one way only: ${fault.code}`,
    action: 'tag',
    policy: { kind: 'configuration', id: 'on.undecodable', file: '', line: 0 },
    owasp: ['API8:2023'],
  };
}

/** The finding that stands for a refusal of the whole message: 4xx of the protocol, in every mode. */
export function protocolRefusal(fault: Fault, phase: Phase): Finding {
  return {
    detection: 'protocol-violation',
    phase,
    location: phase === 'request-body' ? 'body' : 'connection',
    pointer: '',
    severity: 'medium',
    confidence: 1,
    what: `the message is not acceptable HTTP, or has more than one reading: ${fault.code}`,
    action: 'block',
    policy: { kind: 'configuration', id: phase === 'request-body' ? 'on.undecodable' : 'limits', file: '', line: 0 },
    owasp: ['API8:2023'],
  };
}
