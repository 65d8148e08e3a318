// How far each file of a watched folder was read. A file is known by what it begins with, not by its name: rotation renames files,
// and copies them before it cuts them short.
import { createHash } from 'node:crypto';
import { z } from 'zod';

const HEAD_BYTES_MAX = 1_024;
const FILES_MAX = 10_000;

const schema = z.object({
  inode: z.string(),
  /** Of the file's first bytes, as many as there were. */
  headBytes: z.number().int().min(1).max(HEAD_BYTES_MAX),
  head: z.string(),
  /** Bytes of whole lines taken; of a file that is read as a whole, 0. */
  offset: z.number().int().min(0),
  /** Entries taken of a file that is read as a whole. */
  entries: z.number().int().min(0),
  /** Lines before `offset`. */
  lines: z.number().int().min(0),
  /** Size at which it was read to its end, when it is read as a whole. */
  doneAtBytes: z.number().int().min(-1),
  seenAt: z.number(),
});

export type Position = z.output<typeof schema>;

export class Positions {
  readonly #positions: Position[];

  /** `kept`: what `dump` gave before; anything else is nothing. */
  constructor(kept: unknown) {
    const parsed = z.array(schema).max(FILES_MAX).safeParse(kept);
    this.#positions = parsed.success ? parsed.data : [];
  }

  /** The position of a file that begins so; made when it is new. `head`: up to HEAD_BYTES_MAX first bytes, at least one. */
  of(inode: string, head: Buffer, isHeadOf: (position: Position, inode: string) => boolean, now: number): Position {
    let known = this.#positions.find((one) => one.inode === inode && begins(head, one));
    // A copy that rotation made: it goes on where the original was, when that one begins otherwise by now.
    known ??= this.#positions.find((one) => one.doneAtBytes === -1 && begins(head, one) && !isHeadOf(one, one.inode));
    if (known === undefined) {
      known = { inode, ...headOf(head), offset: 0, entries: 0, lines: 0, doneAtBytes: -1, seenAt: now };
      this.#positions.push(known);
      if (this.#positions.length > FILES_MAX) this.#forgetOldest();
    }
    known.inode = inode;
    known.seenAt = now;
    // Short files grow: the more bytes are compared, the surer.
    if (known.headBytes < HEAD_BYTES_MAX && head.length > known.headBytes) Object.assign(known, headOf(head));
    return known;
  }

  dump(): readonly Position[] {
    return this.#positions;
  }

  #forgetOldest(): void {
    let oldest = 0;
    for (const [i, one] of this.#positions.entries()) if (one.seenAt < this.#positions[oldest]!.seenAt) oldest = i;
    this.#positions.splice(oldest, 1);
  }
}

export function begins(head: Buffer, { headBytes, head: hash }: Pick<Position, 'headBytes' | 'head'>): boolean {
  return head.length >= headBytes && digest(head.subarray(0, headBytes)) === hash;
}

function headOf(head: Buffer): Pick<Position, 'headBytes' | 'head'> {
  const first = head.subarray(0, HEAD_BYTES_MAX);
  return { headBytes: first.length, head: digest(first) };
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 24);
}
