import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SinkMessage } from '../../src/core/sink.ts';
import { cefLine } from '../../src/sinks/formats/cef.ts';
import { CSV_HEADER, csvLine } from '../../src/sinks/formats/csv.ts';
import { leefLine } from '../../src/sinks/formats/leef.ts';
import { ocsfText } from '../../src/sinks/formats/ocsf.ts';
import { octetCounted, syslogFrame } from '../../src/sinks/formats/syslog-frame.ts';
import { outward } from '../../src/sinks/outward.ts';
import { incident, NASTY, START } from './world.ts';

/** Full of what the formats give a meaning to. */
const hostile = fc.string({
  unit: fc.constantFrom(
    '|',
    '\\',
    '=',
    '\n',
    '\r',
    '\t',
    '"',
    ',',
    '^',
    ']',
    ' ',
    'a',
    'é',
    '😀',
    '\ud800',
    '\u2028',
    '@',
    '+',
    'cnt=9 ',
  ),
});

const messageOf = (text: string): SinkMessage => ({
  id: 'msg-1',
  at: START,
  change: 'opened',
  plan: undefined,
  incident: outward(
    incident({
      title: text,
      whatHappened: text,
      endpoint: text,
      environment: text,
      actors: [{ kind: 'subject', id: text, isVerified: true }],
    }),
  ),
});

describe('CEF', () => {
  it('reads back as what was written, whatever an attacker chose', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const message = messageOf(text);
        const { header, extension } = readCef(cefLine(message, 65_536));
        expect(header).toHaveLength(7);
        expect(header[5]).toBe(message.incident.title);
        expect(extension.get('cnt')).toBe('412');
        if (text !== '') {
          expect(extension.get('msg')?.trimEnd()).toBe(message.incident.whatHappened.trimEnd());
          expect(extension.get('suser')?.trimEnd()).toBe(message.incident.actors[0]!.id.trimEnd());
        }
      }),
    );
  });

  it('stays whole and within its bytes', () => {
    for (let bytes = 200; bytes < 1_200; bytes += 37) {
      const line = cefLine(messageOf('x'.repeat(60)), bytes);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(Math.max(bytes, 130));
      expect(readCef(line).extension.get('externalId') ?? incident().id).toBe(incident().id);
    }
  });
});

describe('LEEF', () => {
  it('has its attributes apart by tabs that nothing else brings in', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = leefLine(messageOf(text), 65_536);
        const parts = line.split('|');
        expect(parts.slice(0, 6)).toEqual([
          'LEEF:2.0',
          'Sallyport',
          'Sallyport',
          parts[3],
          'credential-stuffing',
          'x09',
        ]);
        const attributes = new Map(
          parts
            .slice(6)
            .join('|')
            .split('\t')
            .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
        );
        expect(attributes.get('sev')).toBe('8');
        expect(attributes.get('count')).toBe('412');
        expect([...attributes.keys()].every((key) => /^[A-Za-z]+$/.test(key))).toBe(true);
        expect(line).not.toMatch(/[\r\n]/);
      }),
    );
  });
});

describe('OCSF', () => {
  it('has what the class requires', () => {
    const finding = JSON.parse(ocsfText(messageOf('x'), 65_536)) as Record<string, unknown>;
    expect(finding).toMatchObject({
      activity_id: 1,
      category_uid: 2,
      class_uid: 2004,
      type_uid: 200_401,
      time: START,
      severity_id: 4,
      status_id: 1,
      metadata: { version: '1.3.0', product: { vendor_name: 'Sallyport' } },
      finding_info: { uid: incident().id, title: 'x' },
    });
  });

  it('leaves out detail, never half a value, when it is bound', () => {
    const short = ocsfText(messageOf(NASTY), 3_000);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(3_000);
    expect(JSON.parse(short)).toMatchObject({ finding_info: { uid: incident().id } });
  });
});

describe('CSV', () => {
  it('gives a spreadsheet no formula to run', () => {
    const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1'];
    for (const formula of FORMULAS) {
      const cells = csvLine(messageOf(formula)).split(',');
      expect(cells[CSV_HEADER.split(',').indexOf('title')]).toBe(`'${formula}`);
    }
    expect(csvLine(messageOf('=A1,"b"'))).toContain(`"'=A1,""b"""`);
  });
});

describe('a frame of syslog', () => {
  const header = {
    facility: 4,
    severity: 'critical',
    at: START,
    hostname: 'ho st\n"1"',
    appName: 'sallyport',
    processId: 7,
    change: 'opened',
    sequence: 1,
  } as const;
  it('has priority, time, and names without spaces', () => {
    expect(syslogFrame(header, 'body')).toMatch(
      /^<34>1 2026-11-24T12:00:00\.000Z host"1" sallyport 7 incident-opened \[origin [^\]]+\]\[meta sequenceId="1"\] body$/,
    );
  });
  it('is counted in bytes, not in characters', () => {
    expect(octetCounted('é😀').toString('utf8')).toBe('6 é😀');
  });
  it('is one line', () => {
    expect(syslogFrame(header, 'a\r\n<14>1 b\0')).not.toMatch(/[\r\n\0]/);
  });
});

/** As a receiver reads it: unescaped `|` part the header, unescaped `key=` parts the extension. */
function readCef(line: string): { header: readonly string[]; extension: ReadonlyMap<string, string> } {
  const header: string[] = [];
  let field = '';
  let i = 0;
  for (; i < line.length && header.length < 7; i++) {
    if (line[i] === '\\') field += line[++i];
    else if (line[i] === '|') {
      header.push(field);
      field = '';
    } else field += line[i];
  }
  const extension = new Map<string, string>();
  const rest = line.slice(i);
  const starts = [...rest.matchAll(/(?:^| )([A-Za-z0-9]+)=/g)];
  for (const [n, start] of starts.entries()) {
    const value = rest.slice(start.index + start[0].length, starts[n + 1]?.index ?? rest.length);
    extension.set(
      start[1]!,
      value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    );
  }
  return { header, extension };
}
