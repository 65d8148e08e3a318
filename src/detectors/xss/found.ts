// What every reader of markup and script reports.
import type { Recognition } from '../../core/detector.ts';

export function found(confidence: number, what: string, text: string, at: number): Recognition {
  return {
    confidence,
    what,
    matched: text.slice(at, at + 120),
    ...(confidence < 0.8 ? { severity: 'low' as const } : {}),
  };
}
