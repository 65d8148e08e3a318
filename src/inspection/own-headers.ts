// What the gateway adds to the messages it forwards, names and values alternating.
import type { Finding } from '../core/finding.ts';

/** Servers bound the lines of a head, some at a few KiB; a request must not be refused there for what was found in it here. */
const TAGS_CHARACTERS_MAX = 1_024;

/** For the upstream: who asks for the transaction later, and what was found in it. `confidence` is 0 to 100. */
export function upstreamLines(id: string, findings: readonly Finding[], confidence: number): readonly string[] {
  const lines = ['x-sallyport-id', id];
  if (findings.length > 0) {
    lines.push('x-sallyport-tags', tagsOf(findings), 'x-sallyport-confidence', String(confidence));
  }
  return lines;
}

/** For the client. */
export function downstreamLines(id: string, findings: readonly Finding[]): readonly string[] {
  const lines = ['x-sallyport-id', id];
  if (findings.length > 0) lines.push('x-sallyport-tags', tagsOf(findings));
  return lines;
}

function tagsOf(findings: readonly Finding[]): string {
  const tags = [...new Set(findings.map((finding) => finding.detection))].join(',');
  if (tags.length <= TAGS_CHARACTERS_MAX) return tags;
  return tags.slice(0, tags.lastIndexOf(',', TAGS_CHARACTERS_MAX));
}
