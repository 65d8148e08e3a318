// What is known of each detection before it is seen: how it is called, how grave it is, what to tell people, what it is part of.
import type { DetectorDocument, PolicyDocument, PostureDocument, ScenarioDocument } from '../../core/document.ts';
import type { Severity } from '../../core/finding.ts';
import type { Family, IncidentModule } from '../../core/incident.ts';

export interface CatalogueEntry {
  readonly detection: string;
  readonly title: string;
  readonly severity: Severity;
  readonly module: IncidentModule;
  readonly family: Family;
  readonly owasp: readonly string[];
  readonly cwe: readonly string[];
  readonly whatHappened: string;
  readonly why: string;
  readonly whatToDo: string;
  /** 0 to 1, as shipped. */
  readonly precision: number;
  /** Detections whose incident takes this one in. */
  readonly partOf: readonly string[];
}

/** Every attack in one transaction may turn out to be one of many. */
const SCANS: readonly string[] = ['vulnerability-scanning', 'vulnerability-scanning-slow'];
const DETECTOR_PRECISION = 0.85;
const DATA_PRECISION = 0.9;

const DATA_TEXTS: Readonly<Record<string, Pick<CatalogueEntry, 'title' | 'whatHappened' | 'why' | 'whatToDo'>>> = {
  'forbidden-data-exposure': {
    title: 'Exposure of forbidden data',
    whatHappened: '{count} answers of {endpoint} carried {dataType}, which must not leave there (first at {pointer}).',
    why: 'Data that is forbidden at this endpoint left the backend; where it was not masked or blocked, it reached the client.',
    whatToDo: 'Remove the field from the answer in the backend. Until then, mask or block it here.',
  },
  'sensitive-data-exposure': {
    title: 'Exposure of sensitive data',
    whatHappened: '{count} answers of {endpoint} carried {dataType} (first at {pointer}).',
    why: 'Sensitive data leaves where it was not expected.',
    whatToDo: 'Find out whether the client needs the field. If not, remove it in the backend, or mask it here.',
  },
  'sensitive-data-in-url': {
    title: 'Sensitive data in a URL',
    whatHappened: '{count} requests to {endpoint} carried {dataType} in the path or query ({pointer}).',
    why: 'URLs end up in logs, histories and referrers of everybody on the way.',
    whatToDo: 'Send the value in a header or body.',
  },
};

export class Catalogue {
  readonly #entries = new Map<string, CatalogueEntry>();
  readonly #inline = new Map<string, CatalogueEntry>();

  constructor(documents: readonly PolicyDocument[]) {
    for (const document of documents) if (document.kind === 'detector') this.#add(ofDetector(document));
    for (const document of documents) {
      // A scenario and a detector of one name look for the same thing, over time and inline; the scenario tells it.
      if (document.kind === 'scenario') {
        const scenario = ofScenario(document);
        const detector = this.#entries.get(document.id);
        if (detector !== undefined) {
          const { whatHappened } = detector;
          this.#inline.set(document.id, { ...scenario, whatHappened });
        }
        this.#add(scenario);
      }
      // A posture check of a detector's name is the state that its findings make.
      else if (document.kind === 'posture') this.#add(ofPosture(document));
      else if (document.kind === 'data-policy' && !this.#entries.has(document.detection)) {
        this.#add(ofData(document.detection, document.severity, document.owasp));
      }
    }
  }

  get(detection: string): CatalogueEntry | undefined {
    return this.#entries.get(detection);
  }

  /** Where a scenario and a detector look for the same: how the detector, which sees one transaction, tells it. */
  ofInlineDetector(detection: string): CatalogueEntry | undefined {
    return this.#inline.get(detection);
  }

  #add(entry: CatalogueEntry): void {
    this.#entries.set(entry.detection, entry);
  }
}

function ofDetector(document: DetectorDocument): CatalogueEntry {
  const isData = document.category === 'data-leakage' || document.category === 'data-policy-violation';
  return {
    detection: document.id,
    title: document.title,
    severity: document.severity,
    module: document.module === 'posture' ? 'posture' : isData ? 'data' : 'attack',
    family: document.category,
    owasp: document.owasp,
    cwe: document.cwe,
    whatHappened: document.texts.whatHappened,
    why: document.texts.whyItIsAProblem,
    whatToDo: document.texts.whatToDo,
    precision: DETECTOR_PRECISION,
    partOf: SCANS,
  };
}

function ofScenario(document: ScenarioDocument): CatalogueEntry {
  return {
    detection: document.id,
    title: document.title,
    severity: document.severity,
    module: document.module,
    family: document.category,
    owasp: document.owasp,
    cwe: document.cwe,
    whatHappened: document.texts.whatHappened,
    why: document.texts.whyItIsAProblem,
    whatToDo: document.texts.whatToDo,
    precision: document.precision,
    partOf: document.partOf,
  };
}

function ofPosture(document: PostureDocument): CatalogueEntry {
  return {
    detection: document.id,
    title: document.title,
    severity: document.severity,
    module: 'posture',
    family: document.category,
    owasp: document.owasp,
    cwe: document.cwe,
    whatHappened: document.texts.whatHappened,
    why: document.texts.whyItIsAProblem,
    whatToDo: document.texts.whatToDo,
    precision: document.precision,
    partOf: [],
  };
}

function ofData(detection: string, severity: Severity, owasp: readonly string[]): CatalogueEntry {
  const texts = DATA_TEXTS[detection] ?? {
    title: `Data policy: ${detection}`,
    whatHappened: '{count} messages at {endpoint} broke this data policy with {dataType} (first at {pointer}).',
    why: 'A rule about data that this installation set was not kept.',
    whatToDo: 'Look at the policy and at the field, and change whichever is wrong.',
  };
  return {
    detection,
    ...texts,
    severity,
    module: 'data',
    family: detection === 'data-policy-violation' ? 'data-policy-violation' : 'data-leakage',
    owasp,
    cwe: [],
    precision: DATA_PRECISION,
    partOf: [],
  };
}
