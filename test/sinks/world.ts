// What the tests of sinks share: an incident, a clock held in hand, a log that is kept, a data folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationSchema } from '../../src/configuration/schema.ts';
import type { SinkSettings } from '../../src/configuration/sink-schema.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { StatusFromSink } from '../../src/core/sink.ts';
import { openSinks, type Sinks } from '../../src/sinks/open-sinks.ts';

export const START = Date.UTC(2026, 10, 24, 12, 0, 0);

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'inc-3f9a1c27b0de-1',
    title: '412 failed logins from 198.51.100.7',
    severity: 'high',
    status: 'open',
    module: 'behaviour',
    family: 'suspicious-behavior',
    detection: 'credential-stuffing',
    detections: [['credential-stuffing', 412]],
    owasp: ['API2:2023'],
    cwe: ['CWE-307'],
    result: 'attempt',
    confidencePercent: 83,
    responseCodes: [[401, 412]],
    endpoint: 'POST shop.example.com/api/login',
    endpoints: ['POST shop.example.com/api/login'],
    environment: 'shop',
    detectedAt: START - 60_000,
    firstSeen: START - 120_000,
    lastSeen: START - 1_000,
    count: 412,
    actors: [
      { kind: 'subject', id: 'ann@example.com', isVerified: true },
      { kind: 'ip', id: '198.51.100.7', isVerified: true },
    ],
    whatHappened: '412 logins failed for 388 accounts within 2 minutes.',
    why: 'Somebody tries passwords that leaked elsewhere.',
    whatToDo: 'Block the address and reset passwords of accounts that got in.',
    figures: { value: 412, threshold: 20 },
    evidence: [
      {
        position: 'trigger',
        transactionId: '0192f3-000001',
        at: START - 2_000,
        clientAddress: '198.51.100.7',
        method: 'POST',
        host: 'shop.example.com',
        path: '/api/login',
        endpoint: 'POST shop.example.com/api/login',
        status: 401,
        durationMs: 12,
        requestBodyBytes: 60,
        responseBodyBytes: 20,
        action: 'allow',
        detections: ['credential-stuffing'],
        userAgent: 'curl/8.5',
        request: {
          rawHeaders: ['authorization', 'Bearer evidence-secret-1'],
          body: '{"password":"evidence-secret-2"}',
          isTruncated: false,
        },
        response: undefined,
      },
    ],
    comments: [],
    assignee: undefined,
    tickets: [],
    tags: [],
    history: [],
    mergedInto: undefined,
    ...over,
  };
}

/** What an attacker may have chosen: ends of lines, delimiters, markup, formulas, mentions. */
export const NASTY =
  '=HYPERLINK("http://evil")|\\ a=b ]\r\n<14>1 - forged - - - -\u2028<!channel> [x](http://evil) {noformat}[code]<b>x</b>[/code]\t^';

/** One sink as the configuration would have it. */
export function settingsOf(written: Record<string, unknown>): SinkSettings {
  return configurationSchema.parse({ sinks: { it: written } }).sinks.it!;
}

export class World {
  now = START;
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-sinks-'));
  readonly lines: string[] = [];
  readonly tickets: string[] = [];
  readonly statuses: StatusFromSink[] = [];
  readonly #open: Sinks[] = [];

  /** Nothing happens by itself: the test holds the clock. */
  open(settings: SinkSettings): Sinks {
    const note = (fields: object, text: string): void => void this.lines.push(`${JSON.stringify(fields)} ${text}`);
    const sinks = openSinks(
      { it: settings },
      {
        dataFolder: this.folder,
        log: { info: note, warn: note },
        now: () => this.now,
        random: () => 0.5,
        pause: async (ms) => {
          this.now += ms;
        },
        tickMs: 0,
        onTicket: (id, ticket) => this.tickets.push(`${id} ${ticket}`),
        onStatus: (change) => this.statuses.push(change),
      },
    );
    this.#open.push(sinks);
    return sinks;
  }

  /** Lets simulated time pass in steps, and what is due happen at each. */
  async pass(sinks: Sinks, ms: number, stepMs = 1_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.now += stepMs;
      await sinks.tick();
    }
  }

  /** Until nothing waits any more, at most an hour of simulated time. */
  async drain(sinks: Sinks): Promise<void> {
    for (let step = 0; step < 3_600 && sinks.states()[0]!.queuedMessages > 0; step++) await this.pass(sinks, 1_000);
  }

  /** Everything that lies in the data folder. */
  onDisk(): string {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  async end(): Promise<void> {
    await Promise.all(this.#open.map((sinks) => sinks.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
