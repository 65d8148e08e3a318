// One transaction on its way through the phases: requestHead, requestBody, responseHead, responseBody, complete.
// Invariants: one snapshot from start to end; every refusal carries a Fault; whatever passes unseen is named in `uninspected`;
// `complete` makes exactly one record.
import type { Actor, Token } from '../core/actor.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { Fault } from '../core/fault.ts';
import type { Location } from '../core/field.ts';
import type { Finding } from '../core/finding.ts';
import type {
  Completion,
  Inspection,
  RequestBodyOutcome,
  RequestHeadOutcome,
  ResponseBodyOutcome,
  ResponseHeadOutcome,
} from '../core/inspector.ts';
import type { Observation } from '../core/observation.ts';
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
import { unfold } from '../decoding/nested.ts';
import { type DecodedTarget, decodeTarget } from '../decoding/target.ts';
import type { Facts } from '../policy/match.ts';
import { inspectAgainstBaseline, principalOf } from './against-baseline.ts';
import type { ClientAddress, clientAddressResolver } from './client-address.ts';
import { quietValuesOf } from './compiled-policy.ts';
import { inspectBodyData, inspectHeadData, maskedPath } from './data.ts';
import { decide } from './decide.ts';
import { type Detection, detectInFields, detectInRequest, detectInResponse } from './detect.ts';
import type { EngineSettings } from './engine-settings.ts';
import { FieldCollector } from './field-collector.ts';
import type { SeenData } from './observe-body.ts';
import { denyFinding, protocolFinding, restrictionFinding } from './own-findings.ts';
import type { RateWindows } from './rate-window.ts';
import { recordOf } from './record.ts';
import { pinned, type Snapshot } from './snapshot.ts';
import { emitTargetFields } from './target-fields.ts';

export interface EngineShared {
  readonly settings: EngineSettings;
  readonly resolveClient: ReturnType<typeof clientAddressResolver>;
  readonly rateWindows: RateWindows;
}

type Pairs = readonly (readonly [string, string])[];

const NO_ACTORS: readonly Actor[] = [];
const NO_LINES: readonly string[] = [];

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
  #endpoint: Endpoint | undefined;
  #view: RequestView | undefined;
  #actors = NO_ACTORS;
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
    this.#identify(facts, target, cookies, route);
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
    const data = inspectBodyData(
      this.#snapshot.policy,
      body,
      'request',
      'request-body',
      this.#facts!,
      this.#isExcepted,
    );
    this.#seen.request = data.seen;
    this.#findings.push(...data.findings);
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
    const lines = ['x-sallyport-id', this.#id];
    if (this.#findings.length > 0) {
      lines.push(
        'x-sallyport-tags',
        tagsOf(this.#findings),
        'x-sallyport-confidence',
        String(this.#verdict.confidence),
      );
    }
    return lines;
  }

  responseHead(head: ResponseHead): ResponseHeadOutcome {
    const route = this.#route!;
    this.#responseHead = head;
    const forward = (body: 'stream' | 'tap' | 'hold'): ResponseHeadOutcome => ({
      kind: 'forward',
      body,
      rawHeaders: head.rawHeaders,
    });
    // Messages of a WebSocket are not looked at, and that has to be said.
    if (head.status === 101) this.#uninspected.push('upgraded');
    const isBodiless = this.#head.method === 'HEAD' || head.status === 204 || head.status === 304 || head.status < 200;
    if (route.mode === 'off' || isBodiless) return forward('stream');
    try {
      this.#responseType = parseContentType(headerValue(head.rawHeaders, 'content-type'));
    } catch {
      // A type that nobody can read: its bytes are looked at as text.
      this.#responseType = parseContentType('text/plain');
    }
    if (this.#responseType.mediaType === 'text/event-stream') {
      this.#uninspected.push('response-stream');
      return forward('stream');
    }
    if (this.#responseType.format === 'binary' || this.#responseType.format === 'multipart') {
      this.#uninspected.push('response-binary');
      return forward('stream');
    }
    return forward(route.mode === 'enforce' ? 'hold' : 'tap');
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
    if (this.#route?.debugTags === true && this.#route.mode === 'monitor' && this.#findings.length > 0) {
      return ['x-sallyport-id', this.#id, 'x-sallyport-tags', tagsOf(this.#findings)];
    }
    return ['x-sallyport-id', this.#id];
  }

  complete(completion: Completion): void {
    const route = this.#route;
    const observation = this.#observe();
    this.#noteIssued(observation);
    const record = recordOf(
      {
        id: this.#id,
        receivedAt: this.#receivedAt,
        clientAddress: this.clientAddress,
        method: this.#head.method,
        host: this.#host,
        path: maskedPath(this.#snapshot.policy, this.#segments),
        endpoint: this.#endpoint?.id ?? '',
        route: route?.id ?? '',
        mode: route?.mode ?? 'enforce',
        actors: this.#actors,
        verdict: this.#verdict,
        isRefused: this.#isRefused,
        uninspected: this.#uninspected,
        observation,
      },
      completion,
    );
    this.#keepMessages();
    this.#shared.settings.onRecord(record);
  }

  #noteIssued(observation: Observation | undefined): void {
    const fields = observation?.response?.fields;
    if (fields === undefined || fields.length === 0 || this.#verdict.action === 'block') return;
    const status = this.#responseHead?.status ?? 0;
    if (status < 200 || status >= 400) return;
    const principal = principalOf(this.#actors);
    if (principal !== undefined) this.#snapshot.issued.note(principal, fields);
  }

  #keepMessages(): void {
    const { messages } = this.#shared.settings;
    if (messages === undefined || this.#view === undefined) return;
    const response = this.#responseHead;
    messages.keep(
      this.#id,
      this.#head.target,
      { rawHeaders: this.#head.rawHeaders, body: this.#view.body },
      response === undefined ? undefined : { rawHeaders: response.rawHeaders, body: this.#responseBody },
    );
  }

  #observe(): Observation | undefined {
    const { settings } = this.#shared;
    const view = this.#view;
    const observer = settings.observer?.();
    if (observer === undefined || view === undefined) return undefined;
    return observer.observe({
      view,
      segments: this.#segments,
      isEncrypted: this.#isEncrypted || this.#isEncryptedBefore(),
      country: settings.countryOf(this.clientAddress),
      requestData: this.#seen.request?.(),
      response: this.#responseHead,
      responseBody: this.#responseBody,
      responseData: this.#seen.response?.(),
    });
  }

  /** What a trusted proxy in front says of its own connection; one that says nothing is not accused. */
  #isEncryptedBefore(): boolean {
    if (!this.isPeerTrusted) return false;
    return headerValue(this.#head.rawHeaders, 'x-forwarded-proto')?.trim().toLowerCase() !== 'http';
  }

  #identify(facts: RequestFacts, target: DecodedTarget, cookies: Pairs, route: Route): void {
    const { settings } = this.#shared;
    const head = this.#head;
    const identity = settings.identifier.identify(
      this.clientAddress,
      head.rawHeaders,
      cookies,
      target.query,
      this.#receivedAt,
    );
    const endpoint = this.#snapshot.endpoints.match(head.method, facts.host, target.segments);
    this.#actors = identity.actors;
    this.#endpoint = endpoint;
    this.#facts = {
      method: head.method,
      host: facts.host,
      segments: target.segments,
      templateSegments: endpoint.template === '/' ? NO_LINES : endpoint.template.slice(1).split('/'),
      actors: identity.actors,
      token: identity.token,
      areClaimsTrusted: areClaimsTrusted(identity.token, settings.verifiesTokens),
      clientAddress: this.clientAddress,
    };
    this.#view = {
      method: head.method,
      target: head.target,
      path: target.path,
      query: target.query,
      rawHeaders: head.rawHeaders,
      endpoint,
      actors: identity.actors,
      token: identity.token,
      body: undefined,
      isEnforced: route.mode === 'enforce',
      contract: this.#snapshot.contracts.find(route.id, head.method, target.segments),
      baseline: this.#snapshot.baselines.get(endpoint.id),
    };
  }

  #inspectHead(target: DecodedTarget, cookies: Pairs, route: Route): void {
    const { policy, restrictions } = this.#snapshot;
    const facts = this.#facts!;
    const country = this.#shared.settings.countryOf(this.clientAddress);
    this.#isAllowListed = policy.lists.allowing(facts, country) !== undefined;
    const denied = policy.lists.denying(facts, country);
    if (denied !== undefined) this.#findings.push(denyFinding(denied));
    const restriction = restrictions.find(this.#actors, this.clientAddress);
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
    this.#findings.push(...inspectHeadData(policy, this.#headValues(target, cookies), facts, this.#isExcepted));
  }

  *#headValues(target: DecodedTarget, cookies: Pairs): Generator<readonly [Location, string, string, string]> {
    const { dataPolicies } = this.#snapshot.policy;
    for (const [i, segment] of target.segments.entries()) yield ['path', `/${i}`, '', segment];
    for (const [name, value] of target.query) yield ['query', `/${name}`, name, value];
    if (dataPolicies.concernsLocation('cookie'))
      for (const [name, value] of cookies) yield ['cookie', `/${name}`, name, value];
    if (!dataPolicies.concernsLocation('header')) return;
    const { rawHeaders } = this.#head;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toLowerCase();
      yield ['header', `/${name}`, name, rawHeaders[i + 1]!];
    }
  }

  #detectFields(collector: FieldCollector, phase: Phase, route: Route): Detection {
    const detection: Detection = { findings: [], noticed: 0, failed: [] };
    if (collector.fields.length > 0) {
      detectInFields(
        this.#snapshot.policy.fieldDetectors,
        collector.fields,
        (field) => unfold(field, route.limits),
        quietValuesOf(this.#snapshot.policy, route.limits),
        phase,
        detection,
      );
    }
    return detection;
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
    this.#findings.push(
      ...inspectBodyData(this.#snapshot.policy, body, 'request', phase, this.#facts!, this.#isExcepted).findings,
    );
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
    const data = inspectBodyData(policy, body, 'response', 'response-body', this.#facts!, this.#isExcepted);
    this.#responseBody = body;
    this.#seen.response = data.seen;
    this.#findings.push(...data.findings);
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

const NOTHING_MASKED: ReadonlySet<string> = new Set();

function maskedTypesOf(findings: readonly Finding[]): ReadonlySet<string> {
  const masked = findings.flatMap(({ action, dataType }) =>
    action === 'mask' && dataType !== undefined ? [dataType] : [],
  );
  return masked.length === 0 ? NOTHING_MASKED : new Set(masked);
}

function areClaimsTrusted(token: Token | undefined, verifiesTokens: boolean): boolean {
  return token !== undefined && (token.isVerified || !verifiesTokens);
}

function tagsOf(findings: readonly Finding[]): string {
  return [...new Set(findings.map((finding) => finding.detection))].join(',');
}

function asFault(error: unknown): Fault {
  // Decoders throw Faults; anything else is an error of ours, and the message is not inspected.
  return error instanceof Fault ? error : new Fault('INSPECTION_ERROR', 'gateway', 400);
}
