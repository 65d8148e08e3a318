// Messages that come after the evidence they belong to: asked of the worker that has them, and put where they are missing.
// Invariant: all messages in all incidents have at most CHARS_MAX characters; the ones that came first make room.
import type { Evidence, EvidenceMessage } from '../../core/incident.ts';
import type { CaseFile } from './case-file.ts';

const CHARS_MAX = 32 * 1024 * 1024;
/** Transactions whose messages may still come. */
const AWAITED_MAX = 5_000;

export interface Messages {
  readonly request?: EvidenceMessage | undefined;
  readonly response?: EvidenceMessage | undefined;
}

export class AttachedMessages {
  readonly #awaited = new Map<string, Set<CaseFile>>();
  /** In the order of their coming. */
  readonly #held: { readonly file: CaseFile; readonly transactionId: string; readonly chars: number }[] = [];
  #chars = 0;

  await(file: CaseFile, transactionId: string): void {
    const files = this.#awaited.get(transactionId);
    if (files !== undefined) {
      files.add(file);
      return;
    }
    if (this.#awaited.size >= AWAITED_MAX) this.#awaited.delete(this.#awaited.keys().next().value!);
    this.#awaited.set(transactionId, new Set([file]));
  }

  /** The incidents that have them now. */
  attach(transactionId: string, messages: Messages): readonly CaseFile[] {
    const files = [...(this.#awaited.get(transactionId) ?? [])];
    this.#awaited.delete(transactionId);
    return files.filter((file) => this.#put(file, transactionId, messages));
  }

  /** After a restart: what is there counts. */
  adopt(file: CaseFile): void {
    for (const one of file.evidence) {
      const chars = charsOf(one);
      if (chars > 0) this.#hold(file, one.transactionId, chars);
    }
  }

  #put(file: CaseFile, transactionId: string, { request, response }: Messages): boolean {
    const i = file.evidence.findIndex((one) => one.transactionId === transactionId);
    if (i === -1) return false;
    const evidence: Evidence = { ...file.evidence[i]!, request, response };
    file.evidence[i] = evidence;
    this.#hold(file, transactionId, charsOf(evidence));
    return true;
  }

  #hold(file: CaseFile, transactionId: string, chars: number): void {
    this.#held.push({ file, transactionId, chars });
    this.#chars += chars;
    while (this.#chars > CHARS_MAX) {
      const oldest = this.#held.shift()!;
      this.#chars -= oldest.chars;
      const i = oldest.file.evidence.findIndex((one) => one.transactionId === oldest.transactionId);
      if (i !== -1) oldest.file.evidence[i] = { ...oldest.file.evidence[i]!, request: undefined, response: undefined };
    }
  }
}

function charsOf({ request, response }: Evidence): number {
  return [request, response].reduce((sum, message) => {
    if (message === undefined) return sum;
    return sum + message.body.length + message.rawHeaders.reduce((all, text) => all + text.length, 0);
  }, 0);
}
