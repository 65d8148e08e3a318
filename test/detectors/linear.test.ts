// Every detector of fields, requests and answers reads adversarial text in time proportional to its length: 64 KiB cost at most ten times what 8 KiB
// cost. Ratios of processor time, tried again when it was disturbed.
import { describe, expect, it } from 'vitest';
import type { FieldDetector, RequestDetector, RequestView, ResponseDetector } from '../../src/core/detector.ts';
import { DETECTORS } from '../../src/detectors/index.ts';
import { field } from '../support/field.ts';
import { requestView, responseView } from '../support/view.ts';

/** What some reader starts again at: openings that never close, separators, quotes, runs of one character. */
const UNITS = [
  '<',
  '<a ',
  '<a x=',
  '<a x="',
  '<a onclick',
  '<b>',
  '<%',
  '<style ',
  '<script>',
  '<!DOCTYPE ',
  '<!--',
  '{{',
  '{{a',
  '${',
  '#set($',
  '${jndi',
  '../',
  '....',
  '/./',
  '%2e',
  '/???/',
  'http://',
  'onabc= ',
  'javascript:',
  'expression(',
  '"',
  '`',
  "'",
  "' or ",
  "'; ",
  "''",
  '/*',
  '/* */',
  '--',
  'union ',
  '(select ',
  'and 1=',
  'case when ',
  'if(',
  '|cat ',
  '`id',
  '$(',
  '$IFS',
  '() {',
  '\n',
  'a\n',
  '\r\n',
  '\t',
  '\0',
  '(',
  ')',
  '*)(',
  '[',
  '\\',
  '&#',
  'O:8:"',
  '=',
  '1 ',
  'word ',
  'a,b ',
  'é',
  'x=1&',
  '```',
];
const SHORT = 8_192;
const TIMES = 8;
const RATIO_MAX = 10;
/** Under this many microseconds the clock says more about the machine than about the work. */
const NOISE_US = 2_500;
const TRIES = 6;

const fieldDetectors = DETECTORS.filter((detector): detector is FieldDetector => detector.kind === 'field');

describe('detectors of fields', () => {
  it.each(fieldDetectors.map((detector) => [detector.id, detector] as const))(
    '%s read in linear time',
    (_, detector) => {
      const look = detector.load(detector.settings.parse({}));
      // Processor time: what others on the machine do is not counted.
      const cost = (text: string, times: number): number => {
        const one = field(text);
        if ((one.classes & detector.classes) === 0) return 0;
        const before = process.cpuUsage();
        for (let i = 0; i < times; i++) look(one);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      const slow: string[] = [];
      for (const unit of UNITS) {
        const long = unit.repeat(Math.ceil((TIMES * SHORT) / unit.length)).slice(0, TIMES * SHORT);
        const short = long.slice(0, SHORT);
        cost(short, 2);
        // As many characters either way: once in one text, once in eight.
        const isLinear = (): boolean => cost(long, 1) <= (RATIO_MAX / TIMES) * cost(short, TIMES) + NOISE_US;
        if (!Array.from({ length: TRIES }).some(isLinear)) slow.push(JSON.stringify(unit));
      }
      expect(slow).toEqual([]);
    },
  );
});

/** What leads a reader of answers to a place, and what its grammar then reads on over. */
const ANSWER_UNITS = [
  '.js:1:2',
  '\n at f (/a',
  '.java:',
  'at a.b(',
  'Traceback (most recent call last):',
  'in /a/b.php ',
  'goroutine 1 [',
  '.rb:1:in `',
  '** (Aa) x',
  ' line ',
  'SQLSTATE',
  'near "',
  '"file": "/a',
  'exception-message class="',
  'Index of /',
  '<a href="x">x</a> 2024-01-01 10:00 ',
  '<title>',
  '<?php ',
  '#!/bin/sh\n',
  'import java.',
  '<form method=post>',
  'uid=0(root) ',
  'root:x:0:0:',
  'Volume in drive C',
  ' ',
  '\n',
  '<',
  '"',
];
const responseDetectors = DETECTORS.filter((detector): detector is ResponseDetector => detector.kind === 'response');

describe('detectors of responses', () => {
  it.each(responseDetectors.map((detector) => [detector.id, detector] as const))(
    '%s read in linear time',
    (_, detector) => {
      const look = detector.load(detector.settings.parse({}));
      const cost = (text: string, times: number): number => {
        const views = Array.from({ length: times }, () => responseView(text, 'text/html', 500));
        const before = process.cpuUsage();
        for (const view of views) look(view);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      const slow: string[] = [];
      for (const unit of ANSWER_UNITS) {
        const long = unit.repeat(Math.ceil((TIMES * SHORT) / unit.length)).slice(0, TIMES * SHORT);
        const short = long.slice(0, SHORT);
        cost(short, 2);
        const isLinear = (): boolean => cost(long, 1) <= (RATIO_MAX / TIMES) * cost(short, TIMES) + NOISE_US;
        if (!Array.from({ length: TRIES }).some(isLinear)) slow.push(JSON.stringify(unit));
      }
      expect(slow).toEqual([]);
    },
  );
});

/** What makes documents of GraphQL, queries, tokens and agents long or deep. */
const REQUEST_UNITS = [
  '{a',
  'a:a ',
  '@a ',
  '...A ',
  '#',
  '#\n',
  '"""',
  '(',
  '[',
  'a(b:{c:',
  'fragment A on Q{...A} ',
  'query Q{a} ',
  'a=1&',
  'a[]=1&',
  'a[b][c]=1&',
  '=eyJhbGci.',
  'eyJhbGciOiJub25lIn0.e30. ',
  'ey',
  '/wp-',
  ' sqlmap',
  '%25',
];
/** The same text in each place that such a detector reads; names that differ, as only so many may be the same. */
const PLACES: Readonly<Record<string, (text: string) => RequestView>> = {
  'a GraphQL document': (text) => requestView('/graphql', { body: { query: text } }),
  'a batch': (text) =>
    requestView('/graphql', { body: (text.match(/[\s\S]{1,512}/g) ?? []).map((query) => ({ query })) }),
  'an object': (text) =>
    requestView('/users', {
      body: Object.fromEntries((text.match(/[\s\S]{1,64}/g) ?? []).map((key, i) => [key + i, i])),
    }),
  headers: (text) =>
    requestView('/', { headers: { 'user-agent': text, authorization: `Bearer ${text}`, cookie: `a=${text}` } }),
  query: (text) => requestView(`/?${queryOf(text)}`),
};
/** More parameters than this are refused before anything is read. */
const PARAMETERS_MAX = 900;
const queryOf = (text: string): string =>
  text
    .split('&')
    .slice(0, PARAMETERS_MAX)
    .join('&')
    .replace(/[^\w&=[\].]/g, encodeURIComponent);
const requestDetectors = DETECTORS.filter((detector): detector is RequestDetector => detector.kind === 'request');

describe('detectors of requests', () => {
  it.each(requestDetectors.map((detector) => [`${detector.id} (${detector.phase})`, detector] as const))(
    '%s read in linear time',
    (_, detector) => {
      const look = detector.load(detector.settings.parse({}));
      const slow: string[] = [];
      for (const unit of REQUEST_UNITS) {
        const long = unit.repeat(Math.ceil((TIMES * SHORT) / unit.length)).slice(0, TIMES * SHORT);
        for (const [place, make] of Object.entries(PLACES)) {
          const views = [make(long), make(long.slice(0, SHORT))] as const;
          const cost = (view: RequestView, times: number): number => {
            const before = process.cpuUsage();
            for (let i = 0; i < times; i++) look(view);
            const { user, system } = process.cpuUsage(before);
            return user + system;
          };
          cost(views[1], 2);
          const isLinear = (): boolean => cost(views[0], 1) <= (RATIO_MAX / TIMES) * cost(views[1], TIMES) + NOISE_US;
          if (!Array.from({ length: TRIES }).some(isLinear)) slow.push(`${place}: ${JSON.stringify(unit)}`);
        }
      }
      expect(slow).toEqual([]);
    },
  );
});
