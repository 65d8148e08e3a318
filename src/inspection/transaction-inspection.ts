// One transaction on its way through the phases: requestHead, requestBody, responseHead, responseBody, complete.
// Invariants: one snapshot from start to end; every refusal carries a Fault; whatever passes unseen is named in `uninspected`;
// `complete` makes exactly one record.
import type { Actor } from '../core/actor.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import { Fault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type {
  Completion,
  Inspection,
  RequestBodyOutcome,
  RequestHeadOutcome,
  ResponseBodyOutcome,
  ResponseHeadOutcome,
} from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import {
  type Connection,
  type Direction,
  headerValue,
  type Phase,
  type RequestHead,
  type ResponseHead,
} from '../core/transaction.ts';
import type { Verdict } from '../core/verdict.ts';
import { decodeBody, viewBody } from '../decoding/body.ts';
import { type ContentType, parseContentType } from '../decoding/content-type.ts';
import { decodeCookies } from '../decoding/cookies.ts';
import { emitPairs } from '../decoding/form.ts';
import { checkRequestHead, type RequestFacts } from '../decoding/framing.ts';
import { emitLiterals, graphqlRequestOfQuery } from '../decoding/graphql.ts';
import { emitHeaderFields } from '../decoding/headers.ts';
import { type DecodedTarget, decodeTarget } from '../decoding/target.ts';
import type { Facts } from '../policy/match.ts';
import { inspectAgainstBaseline } from './against-baseline.ts';
import { type ClientAddress, wasEncryptedBefore } from './client-address.ts';
import { inspectBodyData, inspectHeadData, maskedTypesOf } from './data.ts';
import { decide } from './decide.ts';
import { type Detection, detectInRequest, detectInResponse } from './detect.ts';
import { detectInCollected } from './detect-collected.ts';
import type { EngineShared } from './engine-settings.ts';
import { FieldCollector } from './field-collector.ts';
import { finish } from './finish.ts';
import { headValues } from './head-values.ts';
import { identify } from './identified-request.ts';
import type { SeenData } from './observe-bounds.ts';
import { denyFinding, protocolFinding, restrictionFinding } from './own-findings.ts';
import { downstreamLines, upstreamLines } from './own-headers.ts';
import { planForResponse } from './response-plan.ts';
import { pinned, type Snapshot } from './snapshot.ts';
import { emitTargetFields } from './target-fields.ts';

type Pairs = readonly (readonly [string, string])[];

const NO_ACTORS: readonly Actor[] = [];
const NO_LINES: readonly string[] = [];
const NO_FINDINGS: readonly Finding[] = [];

export class TransactionInspection implements Inspection {
  readonly clientAddress: string;
  readonly isPeerTrusted: boolean;
  readonly #shared: EngineShared;
  #snapshot: Snapshot;
  readonly #id: string;
  readonly #receivedAt: number;
  readonly #head: RequestHead;
  #facts: Facts | undefined;
  #route: Route | undefined;
  #view: RequestView | undefined;
  #host = '';
  #segments: readonly string[] = NO_LINES;
  #isAllowListed = false;
  #verdict: Verdict;
  #isRefused = false;
  readonly #findings: Finding[] = [];
  readonly #uninspected: string[] = [];
  #responseHead: ResponseHead | undefined;
  #responseType: ContentType | undefined;
  #responseBody: BodyView | undefined;
  #seen: Partial<Record<Direction, () => SeenData>> = {};
  readonly #isEncrypted: boolean;

  constructor(
    shared: EngineShared,
    snapshot: Snapshot,
    id: string,
    receivedAt: number,
    head: RequestHead,
    connection: Connection,
  ) {
    this.#shared = shared;
    this.#snapshot = snapshot;
    this.#id = id;
    this.#receivedAt = receivedAt;
    this.#head = head;
    this.#isEncrypted = connection.isEncrypted;
    const client: ClientAddress = shared.resolveClient(head.rawHeaders, connection.peerAddress);
    this.clientAddress = client.address;
    this.isPeerTrusted = client.isPeerTrusted;
    this.#verdict = this.#decide();
  }

  requestHead(): RequestHeadOutcome {
    const { settings } = this.#shared;
    const head = this.#head;
    const deadly = settings.quarantine?.(head, undefined);
    if (deadly !== undefined) return this.#refuse(deadly);
    let facts: RequestFacts;
    let target: DecodedTarget;
    try {
      facts = checkRequestHead(head, settings.limits);
      this.#host = facts.host;
      target = decodeTarget(head.target, head.method, facts.authority, settings.limits);
    } catch (error) {
      return this.#refuse(asFault(error));
    }
    const route = settings.matchRoute(facts.host, target.path);
    if (route === undefined) return this.#refuse(new Fault('ROUTE_UNKNOWN', 'client', 421));
    this.#route = route;
    this.#snapshot = pinned(this.#snapshot, route.id, this.clientAddress);
    this.#segments = target.segments;
    const forward = (body: 'stream' | 'tap' | 'hold'): RequestHeadOutcome => ({
      kind: 'forward',
      route,
      target: target.forward,
      host: facts.authority,
      rawHeaders: head.rawHeaders,
      body: facts.hasBody ? body : 'stream',
    });
    if (route.mode === 'off') {
      this.#uninspected.push('mode-off');
      return forward('stream');
    }
    if (route.on.analystDown === 'block' && !settings.isAnalystThere()) {
      return this.#refuse(new Fault('ANALYST_DOWN', 'gateway', 503));
    }
    let cookies: Pairs;
    try {
      cookies = decodeCookies(head.rawHeaders, route.limits);
    } catch (error) {
      return this.#refuse(asFault(error));
    }
    const identified = identify(this.#snapshot, settings, {
      head,
      facts,
      target,
      cookies,
      route,
      clientAddress: this.clientAddress,
      receivedAt: this.#receivedAt,
    });
    this.#facts = identified.facts;
    this.#view = identified.view;
    this.#inspectHead(target, cookies, route);
    this.#verdict = this.#decide();
    if (this.#verdict.action === 'block') return { kind: 'block', verdict: this.#verdict };
    return forward(route.mode === 'enforce' ? 'hold' : 'tap');
  }

  requestBody(received: Buffer, decoded: Buffer | Fault): RequestBodyOutcome {
    const route = this.#route!;
    const deadly = this.#quarantined(received, route);
    if (deadly !== undefined) return deadly;
    if (decoded instanceof Fault) return this.#undecodable(decoded, 'request-body');
    const collector = new FieldCollector(route.limits.fieldsMax);
    let body: BodyView;
    try {
      const type = parseContentType(headerValue(this.#head.rawHeaders, 'content-type'));
      body = decodeBody(decoded, type, route.limits, collector);
    } catch (error) {
      return this.#undecodable(asFault(error), 'request-body');
    }
    if (collector.isOverflown) return this.#undecodable(new Fault('FIELDS_TOO_MANY', 'client', 413), 'request-body');
    if (body.format === 'binary') this.#uninspected.push('request-binary');
    const view: RequestView = { ...this.#view!, body };
    this.#view = view;
    const detection = this.#detectFields(collector, 'request-body', route);
    detectInRequest(this.#snapshot.policy.requestDetectors, view, 'request-body', detection);
    const failure = this.#take(detection);
    if (failure !== undefined) return failure;
    const data = this.#inspectData(body, 'request', 'request-body');
    this.#seen.request = data.seen;
    this.#verdict = this.#decide();
    if (this.#verdict.action === 'block') return { kind: 'block', verdict: this.#verdict };
    const masks = this.#verdict.action === 'mask' && data.mask !== undefined;
    return { kind: 'forward', replacement: masks ? data.mask!() : undefined };
  }

  requestBodyOverLimit(prefix: Buffer): RequestBodyOutcome {
    const route = this.#route!;
    if (route.mode === 'enforce' && route.on.bodyOverLimit === 'block') {
      return this.#refuse(new Fault('BODY_OVER_LIMIT', 'client', 413));
    }
    this.#uninspected.push('request-body-over-limit');
    this.#inspectPrefix(prefix, 'request-body');
    if (this.#verdict.action === 'block') return { kind: 'block', verdict: this.#verdict };
    return { kind: 'forward', replacement: undefined, passRest: true };
  }

  upstreamHeaders(): readonly string[] {
    if (this.#route === undefined || this.#route.mode === 'off') return NO_LINES;
    return upstreamLines(this.#id, this.#findings, this.#verdict.confidence);
  }

  responseHead(head: ResponseHead): ResponseHeadOutcome {
    this.#responseHead = head;
    const { body, type, uninspected } = planForResponse(this.#route!.mode, this.#head.method, head);
    this.#responseType = type;
    if (uninspected !== undefined) this.#uninspected.push(uninspected);
    return { kind: 'forward', body, rawHeaders: head.rawHeaders };
  }

  responseBody(_received: Buffer, decoded: Buffer | Fault): ResponseBodyOutcome {
    if (decoded instanceof Fault) {
      const isTooLong = decoded.code === 'DECOMPRESSION_LIMIT';
      this.#uninspected.push(isTooLong ? 'response-body-over-limit' : 'response-undecodable');
      return { kind: 'forward', replacement: undefined };
    }
    const mask = this.#inspectResponse(decoded);
    if (this.#verdict.action === 'block') return { kind: 'block', verdict: this.#verdict };
    return { kind: 'forward', replacement: this.#verdict.action === 'mask' ? mask?.() : undefined };
  }

  responseBodyOverLimit(prefix: Buffer): ResponseBodyOutcome {
    this.#uninspected.push('response-body-over-limit');
    if (headerValue(this.#responseHead!.rawHeaders, 'content-encoding') === undefined) this.#inspectResponse(prefix);
    if (this.#verdict.action === 'block' || this.#verdict.action === 'mask') {
      // What was found stands in the part that would go out first, and a part cannot be masked under its announced length.
      this.#verdict = { ...this.#verdict, action: 'block' };
      return { kind: 'block', verdict: this.#verdict };
    }
    return { kind: 'forward', replacement: undefined, passRest: true };
  }

  downstreamHeaders(): readonly string[] {
    const showsTags = this.#route?.debugTags === true && this.#route.mode === 'monitor';
    return downstreamLines(this.#id, showsTags ? this.#findings : NO_FINDINGS);
  }

  complete(completion: Completion): void {
    finish(this.#shared.settings, this.#snapshot, {
      id: this.#id,
      receivedAt: this.#receivedAt,
      clientAddress: this.clientAddress,
      isEncrypted: this.#isEncrypted || (this.isPeerTrusted && wasEncryptedBefore(this.#head.rawHeaders)),
      head: this.#head,
      host: this.#host,
      segments: this.#segments,
      endpoint: this.#view?.endpoint.id ?? '',
      route: this.#route,
      actors: this.#view?.actors ?? NO_ACTORS,
      verdict: this.#verdict,
      isRefused: this.#isRefused,
      uninspected: this.#uninspected,
      view: this.#view,
      response: this.#responseHead,
      responseBody: this.#responseBody,
      seen: this.#seen,
      completion,
    });
  }

  #inspectHead(target: DecodedTarget, cookies: Pairs, route: Route): void {
    const { policy, restrictions } = this.#snapshot;
    const facts = this.#facts!;
    const country = this.#shared.settings.countryOf(this.clientAddress);
    this.#isAllowListed = policy.lists.allowing(facts, country) !== undefined;
    const denied = policy.lists.denying(facts, country);
    if (denied !== undefined) this.#findings.push(denyFinding(denied));
    const restriction = restrictions.find(this.#view!.actors, this.clientAddress);
    if (restriction !== undefined) {
      const finding = restrictionFinding(restriction, this.#shared.rateWindows, this.#receivedAt);
      if (finding !== undefined) this.#findings.push(finding);
    }
    const collector = new FieldCollector(route.limits.fieldsMax);
    emitTargetFields(target, collector);
    emitHeaderFields(this.#head.rawHeaders, collector);
    emitPairs(cookies, 'cookie', collector);
    const graphql = graphqlRequestOfQuery(target.query);
    if (graphql !== undefined) emitLiterals(graphql, 'query', route.limits, collector);
    const detection = this.#detectFields(collector, 'request-head', route);
    detectInRequest(policy.requestDetectors, this.#view!, 'request-head', detection);
    this.#take(detection);
    this.#findings.push(
      ...inspectHeadData(
        policy,
        headValues(policy.dataPolicies, this.#head.rawHeaders, target, cookies),
        facts,
        this.#isExcepted,
      ),
    );
  }

  #detectFields(collector: FieldCollector, phase: Phase, { limits }: Route): Detection {
    return detectInCollected(this.#snapshot.policy, collector.fields, limits, phase);
  }

  #inspectData(body: BodyView, direction: Direction, phase: Phase): ReturnType<typeof inspectBodyData> {
    const data = inspectBodyData(this.#snapshot.policy, body, direction, phase, this.#facts!, this.#isExcepted);
    this.#findings.push(...data.findings);
    return data;
  }

  /** Adds what detectors found, without what is excepted or out of a detector's scope. */
  #take(detection: Detection): (RequestBodyOutcome & ResponseBodyOutcome) | undefined {
    const { scopes } = this.#snapshot.policy;
    for (const finding of detection.findings) {
      const isInScope = scopes.get(finding.detection)?.(this.#facts!) ?? true;
      if (isInScope && !this.#isExcepted(finding)) this.#findings.push(finding);
    }
    if (detection.failed.length === 0) return undefined;
    for (const detector of detection.failed) this.#shared.settings.onDetectorError(detector);
    if (this.#route!.on.detectorError === 'block' && this.#route!.mode === 'enforce') {
      return this.#refuse(new Fault('DETECTOR_ERROR', 'gateway', 503));
    }
    this.#uninspected.push('detector-error');
    return undefined;
  }

  readonly #isExcepted = (finding: Finding): boolean =>
    this.#snapshot.policy.exceptions.find(finding, this.#facts!, this.#receivedAt) !== undefined;

  #undecodable(fault: Fault, phase: Phase): RequestBodyOutcome {
    const route = this.#route!;
    if (route.mode === 'enforce' && route.on.undecodable === 'block') return this.#refuse(fault);
    this.#uninspected.push('request-undecodable');
    this.#findings.push(protocolFinding(fault, phase));
    this.#verdict = this.#decide();
    return { kind: 'forward', replacement: undefined };
  }

  /** A prefix is no whole JSON text: it is looked at as the text it is. */
  #inspectPrefix(prefix: Buffer, phase: Phase): void {
    const route = this.#route!;
    const collector = new FieldCollector(route.limits.fieldsMax);
    const body = viewBody(prefix, parseContentType('text/plain'));
    const text = prefix.toString('latin1');
    collector.add({ location: 'body', pointer: '', name: '', of: 'value', text, classes: -1, decodings: [] });
    this.#take(this.#detectFields(collector, phase, route));
    this.#inspectData(body, 'request', phase);
    this.#verdict = this.#decide();
  }

  #inspectResponse(bytes: Buffer): (() => Buffer) | undefined {
    const { policy } = this.#snapshot;
    const { status, rawHeaders } = this.#responseHead!;
    const body = viewBody(bytes, this.#responseType!);
    const detection: Detection = { findings: [], noticed: 0, failed: [] };
    detectInResponse(
      policy.responseDetectors,
      { request: this.#view!, status, rawHeaders, body },
      'response-body',
      detection,
    );
    this.#take(detection);
    const data = this.#inspectData(body, 'response', 'response-body');
    this.#responseBody = body;
    this.#seen.response = data.seen;
    const learned = inspectAgainstBaseline(this.#snapshot, this.#shared.settings.observer?.(), {
      request: this.#view!,
      segments: this.#segments,
      status,
      body,
      seen: data.seen,
      masked: maskedTypesOf(data.findings),
      receivedAt: this.#receivedAt,
    });
    if (learned !== undefined) this.#take(learned);
    this.#verdict = this.#decide();
    return data.mask;
  }

  /** What has killed workers is not looked at again; in monitor mode it has passed by now, and is counted as unseen. */
  #quarantined(body: Buffer, route: Route): RequestBodyOutcome | undefined {
    const fault = this.#shared.settings.quarantine?.(this.#head, body);
    if (fault === undefined) return undefined;
    if (route.mode === 'enforce') return this.#refuse(fault);
    this.#uninspected.push('quarantined');
    return { kind: 'forward', replacement: undefined };
  }

  #refuse(fault: Fault): { kind: 'refuse'; fault: Fault } {
    this.#isRefused = true;
    return { kind: 'refuse', fault };
  }

  #decide(): Verdict {
    return decide(this.#findings, {
      mode: this.#route?.mode ?? 'enforce',
      isAllowListed: this.#isAllowListed,
      policyVersion: this.#snapshot.policy.version,
      blockStatus: this.#route?.blockReply.status ?? 403,
    });
  }
}

function asFault(error: unknown): Fault {
  // Decoders throw Faults; anything else is an error of ours, and the message is not inspected.
  return error instanceof Fault ? error : new Fault('INSPECTION_ERROR', 'gateway', 400);
}
