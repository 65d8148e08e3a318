// What a route says of its API documents: where they are, and what is done about messages that do not fit.
import { z } from 'zod';
import { CONTRACT_ANSWERS } from '../core/contract.ts';
import { duration, secret } from './written-values.ts';

const answer = z.enum(CONTRACT_ANSWERS);

const operationAnswers = {
  request: answer
    .optional()
    .describe('Parameters, content types and bodies that do not fit. `block` acts on routes in enforce mode.'),
  response: answer.optional().describe('Answers that do not fit.'),
  unknownParameters: answer.optional().describe('Query parameters that the document does not name.'),
  unknownFields: answer
    .optional()
    .describe('Fields of a request body that its schema neither names nor expressly allows.'),
};

export const contractSchema = z.strictObject({
  ...operationAnswers,
  unknownPaths: answer.optional().describe('Paths that are in no document.'),
  unknownMethods: answer.optional().describe('Methods that the document does not have for a path it has.'),
  learned: answer
    .optional()
    .describe('Requests that do not fit what was learned of an endpoint that no document has, once it was promoted.'),
  options: z
    .enum(['allow', 'document'])
    .optional()
    .describe('`allow`: OPTIONS needs no entry in the document, as browsers ask before they send.'),
  operations: z
    .record(
      z
        .string()
        .regex(/^[A-Z]+ \/\S*$/, 'write a method and a path of the document, as in `POST /orders/{id}`')
        .max(1_000),
      z.strictObject(operationAnswers),
    )
    .default({})
    .describe('What differs at single operations: `POST /orders/{id}`, with the base path of the document.'),
});

const previous = z.union([z.array(z.string()).max(20), z.string().transform((one) => [one])]);
const written = z.strictObject({
  document: z.string().min(1).describe('A file, or an http(s) URL.'),
  basePath: z.string().startsWith('/').optional().describe('In place of the paths of the document’s servers.'),
  refresh: duration.default(300_000).describe('How often a URL is fetched again. Files are watched.'),
  headers: z.record(z.string(), secret).default({}).describe('Sent along when a URL is fetched.'),
  previous: previous.default([]).describe('Files of earlier versions: what they had and this one has not is a zombie.'),
});

const one = z.union([z.string().transform((document) => written.parse({ document })), written]);

/** One document or several: OpenAPI, Swagger 2, a GraphQL schema. */
export const openapiSchema = z.union([one.transform((single) => [single]), z.array(one).min(1).max(50)]);
