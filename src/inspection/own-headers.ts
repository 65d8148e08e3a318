// What the gateway adds to the messages it forwards, names and values alternating.
import type { Finding } from '../core/finding.ts';

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
  return [...new Set(findings.map((finding) => finding.detection))].join(',');
}
