// One transaction on its way through the phases. The life is: requestHead, requestBody, responseHead, responseBody, complete.
// Invariants: one snapshot from start to end; every refusal carries a Fault; whatever passes unseen is named in `uninspected`;
// `complete` makes exactly one record.
import type { Actor } from '../core/actor.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import type { Endpoint } from '../core/endpoint.ts';
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
import type { Limits } from '../core/limits.ts';
import type { Mode } from '../core/record.ts';
import type { Route } from '../core/route.ts';
import { type Connection, headerValue, type RequestHead, type ResponseHead } from '../core/transaction.ts';
import type { Verdict } from '../core/verdict.ts';
import { decodeBody } from '../decoding/body.ts';
import { type ContentType, parseContentType } from '../decoding/content-type.ts';
import { decodeCookies } from '../decoding/cookies.ts';
import { checkRequestHead } from '../decoding/framing.ts';
import { emitHeaderFields } from '../decoding/headers.ts';
import { unfold } from '../decoding/nested.ts';
import { decodeTarget } from '../decoding/target.ts';
import { inspectBodyData, inspectTargetData } from './data.ts';
import { decide } from './decide.ts';
import { type Detection, detectInFields, detectInRequest, detectInResponse } from './detect.ts';
import type { EngineContext } from './engine-context.ts';
import { FieldCollector } from './field-collector.ts';
import { emitTargetFields } from './target-fields.ts';
import { recordOf } from './record.ts';
import type { Snapshot } from './snapshot.ts';

const UNKNOWN_ENDPOINT = '(none)';

