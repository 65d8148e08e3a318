// Reads answers with the product's own inspection: which sensitive data they carry, what they tell about the inside.
import type { PolicyBundle } from '../core/document.ts';
import type { Finding } from '../core/finding.ts';
import type { TransactionRecord } from '../core/record.ts';
import { createDefaultEngine } from '../inspection/default-engine.ts';
import { runRecorded } from '../inspection/run-recorded.ts';
import { compileSnapshot } from '../inspection/snapshot.ts';
import type { Answer } from './asker.ts';

export interface Reading {
  /** Data types of findings about data. */
  readonly dataTypes: readonly string[];
  readonly forbidden: readonly string[];
  readonly discloses: Finding | undefined;
  readonly isListing: boolean;
}

const DISCLOSES = new Set(['error-disclosure', 'source-code-disclosure']);

export class AnswerReader {
  readonly #engine: ReturnType<typeof createDefaultEngine>;
  readonly #tags: ReadonlyMap<string, readonly string[]>;
  #record: TransactionRecord | undefined;

  constructor(bundle: PolicyBundle) {
    this.#tags = new Map(
      bundle.documents.flatMap((one) => (one.kind === 'data-type' ? [[one.id, one.tags] as const] : [])),
    );
    this.#engine = createDefaultEngine(compileSnapshot(bundle, []), 'monitor', (record) => {
      this.#record = record;
    });
  }

  read({ ask, status, rawHeaders, body }: Answer): Reading {
    runRecorded(this.#engine, 'audit', {
      at: 0,
      clientAddress: '192.0.2.1',
      request: {
        method: ask.method,
        url: ask.path,
        rawHeaders: ['host', 'target'],
        body: Buffer.alloc(0),
        isDecoded: true,
      },
      // What was asked arrives as it is: no content-encoding was offered.
      response: { status, rawHeaders, body, isDecoded: true },
    });
    const findings = this.#record!.findings.filter(({ phase }) => phase.startsWith('response'));
    const dataTypes = [...new Set(findings.flatMap(({ dataType }) => dataType ?? []))];
    return {
      dataTypes: dataTypes.filter((type) => this.#tags.get(type)?.includes('sensitive')),
      forbidden: dataTypes.filter((type) => this.#tags.get(type)?.includes('forbidden')),
      discloses: findings.find(({ detection }) => DISCLOSES.has(detection)),
      isListing: findings.some(({ detection }) => detection === 'directory-listing'),
    };
  }
}
