// Runs the loaded detectors over one message. A detector that throws is a fault of ours: it is named, counted by the caller,
// and never ends the transaction by itself.
import { SUSPECT, TOKEN } from '../core/characters.ts';
import type {
  BaselineDetector,
  BaselineView,
  FieldDetector,
  PlacedRecognition,
  Recognition,
  RequestDetector,
  RequestView,
  ResponseDetector,
  ResponseView,
} from '../core/detector.ts';
import type { DetectorDocument } from '../core/document.ts';
import type { Field, Location } from '../core/field.ts';
import { ACTIONS, type Action, type Finding, shapeOf } from '../core/finding.ts';
import type { KnownValues } from '../core/known-values.ts';
import type { Phase } from '../core/transaction.ts';

/** A detector with its document's settings compiled in. */
export interface Loaded<D> {
  readonly detector: D;
  readonly document: DetectorDocument;
}
export type LoadedFieldDetector = Loaded<FieldDetector> & {
  readonly inspect: (field: Field) => Recognition | undefined;
};
export type LoadedRequestDetector = Loaded<RequestDetector> & {
  readonly inspect: (request: RequestView) => readonly PlacedRecognition[];
};
export type LoadedResponseDetector = Loaded<ResponseDetector> & {
  readonly inspect: (response: ResponseView) => readonly PlacedRecognition[];
};

export type LoadedBaselineDetector = Loaded<BaselineDetector> & {
  readonly inspect: (view: BaselineView) => readonly PlacedRecognition[];
};

export interface Detection {
  readonly findings: Finding[];
  /** How often a detector had something to say, or failed. */
  noticed: number;
  /** Ids of detectors that threw. */
  readonly failed: string[];
}

/** Unfolds the encodings inside a field's value into further variants of it. */
export type Unfold = (field: Field) => readonly Field[];

export function detectInFields(
  detectors: readonly LoadedFieldDetector[],
  fields: readonly Field[],
  unfold: Unfold,
  quiet: KnownValues,
  phase: Phase,
  into: Detection,
): void {
  for (const field of fields) {
    const isHeader = field.location === 'header';
    if (isHeader && quiet.has(field.text, field.name)) continue;
    const before = into.noticed;
    detectInField(detectors, field, field, phase, into);
    for (const variant of unfold(field)) detectInField(detectors, variant, field, phase, into);
    if (isHeader && into.noticed === before) quiet.add(field.text, field.name);
  }
}

function detectInField(
  detectors: readonly LoadedFieldDetector[],
  variant: Field,
  field: Field,
  phase: Phase,
  into: Detection,
): void {
  // Of an id, a timestamp or an address the only suspicion is that it may be encoded text: a shorter one would not be here.
  // Then it concerns those who read encoded text, and otherwise its variants.
  const isTokenAlone = variant.of === 'value' && (variant.classes & SUSPECT) === TOKEN;
  const classes = isTokenAlone ? TOKEN : variant.classes;
  for (const loaded of detectors) {
    if ((loaded.detector.classes & classes) === 0) continue;
    let recognition: Recognition | undefined;
    try {
      recognition = loaded.inspect(variant);
    } catch {
      into.noticed += 1;
      into.failed.push(loaded.detector.id);
      continue;
    }
    if (recognition === undefined) continue;
    into.noticed += 1;
    const decoded =
      variant.decodings.length > 0 ? `${recognition.what} (after ${variant.decodings.join(', ')})` : recognition.what;
    addStrongest(
      into.findings,
      toFinding(loaded.document, { ...recognition, what: decoded }, field.location, field.pointer, phase),
    );
  }
}

export function detectInRequest(
  detectors: readonly LoadedRequestDetector[],
  request: RequestView,
  phase: Phase,
  into: Detection,
): void {
  for (const loaded of detectors) {
    if (loaded.detector.phase !== phase) continue;
    try {
      for (const found of loaded.inspect(request)) {
        addStrongest(into.findings, toFinding(loaded.document, found, found.location, found.pointer, phase));
      }
    } catch {
      into.failed.push(loaded.detector.id);
    }
  }
}

export function detectInResponse(
  detectors: readonly LoadedResponseDetector[],
  response: ResponseView,
  phase: Phase,
  into: Detection,
): void {
  for (const loaded of detectors) {
    try {
      for (const found of loaded.inspect(response)) {
        addStrongest(into.findings, toFinding(loaded.document, found, found.location, found.pointer, phase));
      }
    } catch {
      into.failed.push(loaded.detector.id);
    }
  }
}

export function detectAgainstBaseline(
  detectors: readonly LoadedBaselineDetector[],
  view: BaselineView,
  into: Detection,
): void {
  for (const loaded of detectors) {
    try {
      for (const found of loaded.inspect(view)) {
        addStrongest(into.findings, toFinding(loaded.document, found, found.location, found.pointer, 'response-body'));
      }
    } catch {
      into.failed.push(loaded.detector.id);
    }
  }
}

function toFinding(
  document: DetectorDocument,
  recognition: Recognition,
  location: Location,
  pointer: string,
  phase: Phase,
): Finding {
  const finding: Finding = {
    detection: document.id,
    phase,
    location,
    pointer,
    severity: recognition.severity ?? document.severity,
    confidence: recognition.confidence,
    what: recognition.what,
    ...(recognition.dataType === undefined ? {} : { dataType: recognition.dataType }),
    ...(recognition.count === undefined ? {} : { count: recognition.count }),
    ...(recognition.threshold === undefined ? {} : { threshold: recognition.threshold }),
    action: recognition.action ?? weaker(document.action, recognition.actionMax),
    policy: { kind: document.kind, id: document.id, file: document.source.file, line: document.source.line },
    owasp: document.owasp,
  };
  return recognition.matched === undefined ? finding : { ...finding, shape: shapeOf(recognition.matched) };
}

function weaker(action: Action, most: Action | undefined): Action {
  return most !== undefined && ACTIONS.indexOf(most) < ACTIONS.indexOf(action) ? most : action;
}

const FINDINGS_MAX = 200;

/** One finding per detection and place: a value and its decoded variant that both match are one sighting, the surer one. */
function addStrongest(findings: Finding[], finding: Finding): void {
  const same = findings.findIndex(
    (f) =>
      f.detection === finding.detection &&
      f.pointer === finding.pointer &&
      f.location === finding.location &&
      f.phase === finding.phase,
  );
  if (same === -1) {
    if (findings.length < FINDINGS_MAX) findings.push(finding);
  } else if (finding.confidence > findings[same]!.confidence) {
    findings[same] = finding;
  }
}
