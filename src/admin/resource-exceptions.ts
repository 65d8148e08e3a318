// /api/v1/exceptions and lists, as far as they are changed by a click: a scoped exception for what was no attack, an address or
// a country on a list. Both are policies: they go into files of the operator's folder, are validated and live like any other.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import {
  headOf,
  type ListKind,
  withDocument,
  withListEntry,
  withoutDocument,
  withoutListEntry,
} from './policy-edits.ts';
import type { WriteOutcome } from './policy-files.ts';
import { versionAfter, writeAnswer } from './resource-policy-files.ts';

const EXCEPTIONS_FILE = 'exceptions.yaml';
const LISTS_FILE = 'lists.yaml';
const YAML_CHARACTERS_MAX = 20_000;

const newException = {
  type: 'object',
  required: ['yaml'],
  additionalProperties: false,
  properties: { yaml: { type: 'string', minLength: 1, maxLength: YAML_CHARACTERS_MAX } },
} as const;

const newEntry = {
  type: 'object',
  required: ['action', 'kind', 'entry'],
  additionalProperties: false,
  properties: {
    id: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
      description: 'Of the list; `console-ACTION` when absent.',
    },
    action: { enum: ['allow', 'deny'] },
    kind: { enum: ['ips', 'countries'] },
    entry: { type: 'string', minLength: 1, maxLength: 100 },
  },
} as const;

const oldEntry = {
  type: 'object',
  required: ['entry'],
  additionalProperties: false,
  properties: { entry: { type: 'string', minLength: 1, maxLength: 100 } },
} as const;

interface NewEntry {
  readonly id?: string;
  readonly action: 'allow' | 'deny';
  readonly kind: ListKind;
  readonly entry: string;
}

export function exceptionRoutes(api: FastifyInstance, context: AdminContext): void {
  const { policyFiles, policy, audit } = context;
  const config = { role: 'admin' } as const;

  api.post<{ Body: { yaml: string } }>(
    '/exceptions',
    { schema: { body: newException }, config },
    async (request, reply) => {
      const { yaml } = request.body;
      const { kind, id } = headOf(yaml);
      if (kind !== 'exception')
        return reply.code(409).send({ title: 'Not written: this is no exception', status: 409 });
      return edit(
        EXCEPTIONS_FILE,
        (text) => withDocument(text, yaml),
        request.caller!.name,
        'exception.create',
        String(id),
        reply,
      );
    },
  );

  api.delete<{ Params: { id: string } }>('/exceptions/:id', { config }, async (request, reply) => {
    const { id } = request.params;
    const file = operatorFileOf('exception', id);
    if (file === undefined) return reply.code(404).send({ title: 'No such exception of yours', status: 404 });
    return edit(
      file,
      (text) => withoutDocument(text, 'exception', id),
      request.caller!.name,
      'exception.delete',
      id,
      reply,
    );
  });

  api.post<{ Body: NewEntry }>('/lists', { schema: { body: newEntry }, config }, async (request, reply) => {
    const { action, kind, entry, id = `console-${action}` } = request.body;
    const file = operatorFileOf('list', id) ?? LISTS_FILE;
    const add = (text: string): string => withListEntry(text, id, action, kind, entry.trim());
    return edit(file, add, request.caller!.name, 'list.add', `${id} ${entry}`, reply);
  });

  api.delete<{ Params: { id: string }; Querystring: { entry: string } }>(
    '/lists/:id',
    { schema: { querystring: oldEntry }, config },
    async (request, reply) => {
      const { id } = request.params;
      const { entry } = request.query;
      const file = operatorFileOf('list', id);
      if (file === undefined) return reply.code(404).send({ title: 'No such list of yours', status: 404 });
      const remove = (text: string): string | undefined => withoutListEntry(text, id, entry);
      return edit(file, remove, request.caller!.name, 'list.remove', `${id} ${entry}`, reply);
    },
  );

  function operatorFileOf(kind: string, id: string): string | undefined {
    const document = policy().bundle.documents.find((one) => one.kind === kind && one.id === id);
    const place = document === undefined ? undefined : policyFiles.locate(document.source.file);
    return place?.layer === 'operator' ? place.file : undefined;
  }

  async function edit(
    file: string,
    change: (text: string) => string | undefined,
    by: string,
    action: string,
    target: string,
    reply: Parameters<typeof writeAnswer>[0],
  ): Promise<unknown> {
    const before = policy().bundle.version;
    const outcome: WriteOutcome = await policyFiles.change(file, change, by);
    if (outcome.kind === 'written') audit.add({ actor: by, action, target });
    return writeAnswer(reply, outcome, await versionAfter(context, outcome, before));
  }
}
