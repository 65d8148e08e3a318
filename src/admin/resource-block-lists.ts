// /api/v1/restrictions/export: blocked addresses as other systems read them, to be fetched by them again and again.
import type { FastifyInstance } from 'fastify';
import { blockEntries } from '../block-lists/entries.ts';
import { BLOCK_LIST_FORMATS, type BlockListFormat, blockList } from '../block-lists/formats.ts';
import type { AdminContext } from './context.ts';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: { format: { enum: BLOCK_LIST_FORMATS, default: 'plain' } },
} as const;

export function blockListRoutes(api: FastifyInstance, { book }: Pick<AdminContext, 'book'>): void {
  api.get<{ Querystring: { format: BlockListFormat } }>(
    '/restrictions/export',
    { schema: { querystring } },
    async (request, reply) => {
      const now = Date.now();
      const list = blockList(request.query.format, blockEntries(book.live(now), now));
      return reply
        .type(list.contentType)
        .header('x-sallyport-entries', String(list.entries))
        .header('x-sallyport-left-out', String(list.leftOut))
        .send(list.text);
    },
  );
}
