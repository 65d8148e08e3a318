// `ingest` and `recorder` as people write them: what comes in without passing through, and what is kept of what passed.
import { z } from 'zod';
import { addressRange, duration, listen, size, truth, whole } from './written-values.ts';

const directory = z.union([
  z.string().transform((path) => ({ path, poll: 1_000 })),
  z.strictObject({ path: z.string(), poll: duration.default(1_000) }),
]);

export const ingestSchema = z.strictObject({
  mirror: z
    .strictObject({
      listen: listen.describe('Where nginx, HAProxy or Envoy send copies of requests: a port, or `host:port`.'),
      from: z
        .array(addressRange)
        .min(1)
        .max(1_000)
        .default(['127.0.0.0/8', '::1/128'])
        .describe("Proxies that may send copies, and whose word about the client's address counts."),
    })
    .optional(),
  directories: z
    .array(directory)
    .max(100)
    .default([])
    .describe('Folders in which somebody writes NDJSON, HAR and other recordings.'),
  requestsMax: whole(1, 1_000).default(8).describe('How many `POST /api/v1/ingest` are read at a time.'),
});

export const recorderSchema = z.strictObject({
  enabled: truth.default(false),
  share: z.number().min(0).max(1).default(1).describe('Share of transactions that is kept, by chance.'),
  bytesMax: size.default(1_073_741_824).describe('What is oldest makes room.'),
  ageMax: duration.default(86_400_000),
  keyFile: z.string().optional().describe('32 bytes, base64; made in the data folder when there is none.'),
});

export const rolloutSchema = z.strictObject({
  canary: z
    .strictObject({
      share: z.number().gt(0).lt(1).default(0.25).describe('Share of the workers that get a changed policy first.'),
      routes: z
        .array(z.string())
        .min(1)
        .optional()
        .describe(
          'Ids of routes: only they have the changed policy at first, at every worker, for a `share` of their clients.',
        ),
      for: duration.default(300_000),
      samplesMin: whole(10).default(200).describe('Transactions of each side before anything is concluded.'),
      blockShareRise: z.number().min(0).max(1).default(0.02),
      errorShareRise: z.number().min(0).max(1).default(0.01),
      latencyRise: z.number().min(0).default(0.5).describe('Of the slowest twentieth, as a share of it.'),
    })
    .optional(),
});
