// A log that remembers what it was told.
import type { StoreLog } from '../../src/stores/log.ts';

export interface RememberingLog extends StoreLog {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
}

export function rememberingLog(): RememberingLog {
  const lines: RememberingLog['lines'] = [];
  const level = (name: string) => (fields: object, message: string) => {
    lines.push({ level: name, fields, message });
  };
  return { lines, info: level('info'), warn: level('warn'), error: level('error') };
}
