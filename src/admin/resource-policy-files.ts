// /api/v1/policy-files: the files behind the live policies; the operator's can be changed. A change is validated with everything
// else, refused with line and column, or written and live a moment later.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AdminContext } from './context.ts';
import type { PolicyFile, WriteOutcome } from './policy-files.ts';

const SCHEMAS = resolve(import.meta.dirname, '../../policies/schema');
const TEXT_CHARACTERS_MAX = 900_000;
const LIVE_WITHIN_MS = 30_000;

const file = { type: 'string', minLength: 1, maxLength: 500 } as const;
const text = { type: 'string', maxLength: TEXT_CHARACTERS_MAX } as const;
const revision = {
  type: 'string',
  maxLength: 64,
  description: 'Of the text that was edited; absent for a new file.',
} as const;

const place = {
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: { layer: { enum: ['shipped', 'operator'], default: 'operator' }, file },
} as const;

const written = {
  type: 'object',
  required: ['file', 'text'],
  additionalProperties: false,
  properties: { file, text, revision },
} as const;

export function policyFileRoutes(api: FastifyInstance, context: AdminContext): void {
  const { policyFiles, policy, audit } = context;
  const analyst = { role: 'analyst' } as const;
  const admin = { role: 'admin' } as const;

  api.get('/policy-files', async () => {
    const documents = policy().bundle.documents.map(({ kind, id, enabled, source }) => ({
      kind,
      id,
      enabled,
      line: source.line,
      place: policyFiles.locate(source.file),
    }));
    return {
      items: policyFiles.list().map((one) => ({
        ...one,
        documents: documents
          .filter(({ place }) => place?.layer === one.layer && place.file === one.file)
          .map(({ place, ...document }) => document),
      })),
    };
  });

  api.get<{ Querystring: Pick<PolicyFile, 'layer' | 'file'> }>(
    '/policy-files/content',
    { schema: { querystring: place } },
    async (request, reply) => {
      const found = policyFiles.read(request.query.layer, request.query.file);
      return found ?? reply.code(404).send({ title: 'No such file', status: 404 });
    },
  );

  api.post<{ Body: { file: string; text: string } }>(
    '/policy-files/check',
    { schema: { body: { ...written, properties: { file, text } } }, config: analyst },
    async (request) => ({ faults: await policyFiles.check(request.body.file, request.body.text) }),
  );

  api.put<{ Body: { file: string; text: string; revision?: string } }>(
    '/policy-files/content',
    { schema: { body: written }, config: admin },
    async (request, reply) => {
      const { file, text, revision } = request.body;
      const by = request.caller!.name;
      const before = policy().bundle.version;
      const outcome = await policyFiles.write(file, text, revision, by);
      if (outcome.kind === 'written')
        audit.add({ actor: by, action: 'policy.write', target: file, before: revision, after: outcome.revision });
      return answer(reply, outcome, before);
    },
  );

  api.delete<{ Querystring: { file: string; revision: string } }>(
    '/policy-files/content',
    {
      schema: { querystring: { ...place, required: ['file', 'revision'], properties: { file, revision } } },
      config: admin,
    },
    async (request, reply) => {
      const { file, revision } = request.query;
      const by = request.caller!.name;
      const before = policy().bundle.version;
      const outcome = await policyFiles.remove(file, revision, by);
      if (outcome.kind === 'written') audit.add({ actor: by, action: 'policy.delete', target: file, before: revision });
      return answer(reply, outcome, before);
    },
  );

  api.get<{ Querystring: { file?: string; limit: number } }>(
    '/policy-files/changes',
    {
      schema: {
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: { file, limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 } },
        },
      },
    },
    async (request) => ({ items: policyFiles.changes(request.query.file, request.query.limit) }),
  );

  api.get<{ Params: { id: string } }>('/policy-files/changes/:id', async (request, reply) => {
    const found = policyFiles.changeOf(request.params.id);
    return found ?? reply.code(404).send({ title: 'No such change', status: 404 });
  });

  /** What an editor completes from. */
  api.get<{ Params: { kind: string } }>('/policy-schemas/:kind', async (request, reply) => {
    if (!/^[a-z-]{1,40}$/.test(request.params.kind))
      return reply.code(404).send({ title: 'No such kind', status: 404 });
    try {
      const schema = readFileSync(join(SCHEMAS, `${request.params.kind}.schema.json`), 'utf8');
      return reply.type('application/json').send(schema);
    } catch {
      return reply.code(404).send({ title: 'No such kind', status: 404 });
    }
  });

  async function answer(reply: FastifyReply, outcome: WriteOutcome, versionBefore: string): Promise<unknown> {
    return writeAnswer(reply, outcome, await versionAfter(context, outcome, versionBefore));
  }
}

/** 200 with the version that is live now, 409 with the reason, or 422 with the faults. */
export function writeAnswer(reply: FastifyReply, outcome: WriteOutcome, version: string): FastifyReply {
  switch (outcome.kind) {
    case 'written':
      return reply.send({ revision: outcome.revision, version });
    case 'conflict':
      return reply.code(409).send({ title: `Not written: ${outcome.reason}`, status: 409 });
    case 'faulty':
      return reply
        .code(422)
        .send({ title: 'Not written: the policies have faults', status: 422, faults: outcome.faults });
    default:
      return outcome satisfies never;
  }
}

/** The watcher sees the file within a second; a text that only has other comments makes no new version. */
export async function versionAfter(
  { policy, reload }: Pick<AdminContext, 'policy' | 'reload'>,
  outcome: WriteOutcome,
  before: string,
): Promise<string> {
  if (outcome.kind !== 'written') return before;
  await Promise.race([reload(), new Promise((late) => setTimeout(late, LIVE_WITHIN_MS).unref())]);
  return policy().bundle.version;
}
