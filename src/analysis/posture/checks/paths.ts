// Debugging and management functions that answer from outside: known paths, with the kind of answer the real ones give.
// An application that answers every path with its start page answers with a page, and is left alone.
import type { PathsCheck } from '../../../core/posture.ts';
import type { Judge } from './judge.ts';

const PAGE = 'text/html';

export function paths(check: PathsCheck): Judge {
  // Nearly no path is one of them: all are looked for at once before each of them is.
  const any = new RegExp(`(?:${check.paths.map(({ path }) => literally(path)).join('|')})(?:/|$)`);
  return ({ record, isSuccess, mediaType, observation }) => {
    if (record.method !== 'GET' && record.method !== 'HEAD') return undefined;
    const asked = record.path.toLowerCase();
    if (!any.test(asked)) return undefined;
    const known = check.paths.filter(({ path }) => asked.endsWith(path) || asked.includes(`${path}/`));
    if (known.length === 0) return undefined;
    const isRefused = record.status === 401 || record.status === 403 || record.status === 404;
    if (isRefused) return 'quiet';
    // Asked with credentials and answered: a guarded door that was opened for somebody who may.
    if (!isSuccess || observation.authentication.length > 0) return undefined;
    if (record.responseBodyBytes === 0) return undefined;
    const real = known.find(({ mediaTypes }) =>
      mediaTypes.length === 0 ? mediaType !== PAGE : mediaTypes.includes(mediaType),
    );
    return real === undefined ? undefined : { figures: { path: real.path } };
  };
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
