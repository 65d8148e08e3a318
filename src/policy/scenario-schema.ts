// Scenario documents as people write them: one strict schema per kind of pattern, complete in its defaults.
import { z } from 'zod';
import { FAMILIES, INCIDENT_MODULES } from '../core/incident.ts';
import { common, cwe, endpointMatch, owasp, severity, text } from './schema-parts.ts';

const DAY_SECONDS = 86_400;
const seconds = z.number().int().min(1).max(DAY_SECONDS);
const count = z.number().int().min(1).max(1_000_000_000);
const share = z.number().min(0).max(1);
const factor = z.number().min(0).max(1_000_000);
const statuses = z.array(z.string().regex(/^[1-5](?:xx|\d\d)$/, 'write `2xx` or `404`')).max(50);
const names = z.array(z.string().min(1).max(100)).max(500);

const volumeWindow = z.strictObject({
  seconds,
  floor: factor,
  quantile: z.number().min(0).max(0.999999).default(0).describe('0.999 is p99.9; 0 compares with nobody.'),
  timesQuantile: factor.default(1),
  timesMean: factor.default(0),
  peersMin: z.number().int().min(0).max(1_000_000).default(30),
  whenPeersAreFew: z.enum(['wait', 'floor', 'misses']).default('wait'),
  mads: factor.default(6).describe('Deviations above the median, while samples are too few for the quantile.'),
});

const pattern = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('volume'),
    measure: z.enum(['requests', 'objects', 'parameter-values', 'sensitive-values', 'records']),
    per: z.enum(['actor', 'actor-endpoint']).default('actor-endpoint'),
    statuses: statuses.default(['2xx']),
    windows: z.array(volumeWindow).min(1).max(4),
    ignoreParameters: names.default([]),
    missWeight: share.default(1),
    timesOwnHabit: factor.default(2),
  }),
  z.strictObject({
    kind: z.literal('failed-logins'),
    limits: z
      .array(z.strictObject({ seconds, failures: count }))
      .min(1)
      .max(4)
      .default([
        { seconds: 10, failures: 5 },
        { seconds: 600, failures: 20 },
      ]),
    failedShareMin: share.default(0.8),
  }),
  z.strictObject({
    kind: z.literal('many-accounts'),
    windowSeconds: seconds.default(600),
    accountsMin: count.default(10),
    failedShareMin: share.default(0.8),
    endpoint: z
      .strictObject({
        accountsMin: count.default(50),
        failedShareMin: share.default(0.5),
        timesBaseline: factor.default(3),
      })
      .default({ accountsMin: 50, failedShareMin: 0.5, timesBaseline: 3 }),
  }),
  z.strictObject({
    kind: z.literal('scan'),
    windowSeconds: seconds.default(100),
    distinctMin: count.default(10),
    familiesMin: count.default(2),
    distinctWithFamiliesMin: count.default(5),
    statuses: statuses.default(['400', '403', '404', '405', '406', '414', '415', '422', '501']),
  }),
  z.strictObject({
    kind: z.literal('ownership'),
    objectsMin: count.default(200),
    objectsReadAgainMin: count.default(50),
    singleOwnerShareMin: share.default(0.95),
    principalsMin: count.default(5),
    broadObjectsMin: count.default(10),
  }),
  z.strictObject({
    kind: z.literal('provenance'),
    windowSeconds: seconds.default(600),
    objectsMin: count.default(3),
    accessesMin: count.default(200),
    principalsMin: count.default(5),
    issuedShareMin: share.default(0.98),
  }),
  z.strictObject({
    kind: z.literal('owner-field'),
    responsesMin: count.default(100),
    principalsMin: count.default(5),
  }),
  z.strictObject({
    kind: z.literal('role-matrix'),
    rolePrincipalsMin: count.default(5),
    roleSuccessesMin: count.default(500),
    endpointSuccessesMin: count.default(20),
  }),
  z.strictObject({
    kind: z.literal('endpoint-drift'),
    of: z.enum(['errors', 'latency', 'size']),
    robustZ: factor.default(6),
    samplesMin: count.default(100),
    hoursMin: count.default(12),
    changeMin: factor,
    floor: factor,
  }),
  z.strictObject({
    kind: z.literal('sequence'),
    windowSeconds: seconds.default(600),
    transitionsMin: count.default(1_000),
    fromMin: count.default(100),
    probabilityMax: share.default(0.01),
    rareMin: count.default(5),
    rareShareMin: share.default(0.3),
  }),
  z.strictObject({
    kind: z.literal('stolen-credential'),
    windowSeconds: seconds.default(600),
    signalsMin: count.default(2),
    signalsForSubjectsMin: count.default(3),
    historyMin: count.default(50),
  }),
  z.strictObject({
    kind: z.literal('value-drift'),
    windowSeconds: seconds.default(600),
    samplesMin: count.default(200),
    principalsMin: count.default(3),
    timesLargest: factor.default(10),
    enumerationMax: count.default(20),
  }),
  z.strictObject({
    kind: z.literal('privileged-field'),
    names,
    requestsMin: count.default(100),
    principalsMin: count.default(10),
  }),
]);

export const scenario = z.strictObject({
  kind: z.literal('scenario'),
  ...common,
  title: text.min(1),
  category: z.enum(FAMILIES).default('suspicious-behavior'),
  module: z.enum(INCIDENT_MODULES).default('behaviour'),
  severity: severity.default('medium'),
  owasp,
  cwe,
  texts: z.strictObject({
    whatHappened: text.min(1),
    whyItIsAProblem: text.default(''),
    whatToDo: text.default(''),
  }),
  match: endpointMatch.default({ endpoint: [] }),
  precision: share.default(0.8).describe('How often it is right, until marks of false positives say better.'),
  partOf: names.default([]).describe('Detections whose incident takes in signals of this one.'),
  pattern,
});
