// Watches the folders of policies and brings a good change to everybody; a bad one is refused, said, and changes nothing.
import type { DocumentFault, PolicyBundle, PolicyDocument } from '../core/document.ts';
import { emptiedFolder, type PolicyDirectories } from '../policy-loader/load-directories.ts';
import { type ChildLoad, keepStandby, loadInChild } from '../policy-loader/load-in-child.ts';
import { watchFiles } from '../policy-loader/watch.ts';

export interface LivePolicy {
  bundle: PolicyBundle;
  faults: readonly DocumentFault[];
  reloads: number;
  refusals: number;
}

export interface PolicyWatch {
  readonly directories: PolicyDirectories;
  readonly live: LivePolicy;
  /** The files are good, and may be another version: whoever takes it makes it live. */
  readonly onChange: (bundle: PolicyBundle) => void;
  readonly onRefuse: (faults: readonly DocumentFault[]) => void;
  /** How long after a failure of the loader itself the files are read again; ten seconds when not said. */
  readonly retryMs?: number;
}

/** Reading everything is a second or two of a core, which belongs to those that serve while they are new. */
const STANDBY_MS = 5_000;
/** The loader itself failed: on a machine without time or memory, which may have both a little later. */
const RETRY_MS = 10_000;
const RETRIES_MAX = 5;

/** Returns what reloads at once, for those who changed a file themselves. */
export function watchPolicies(options: PolicyWatch): () => Promise<void> {
  const { directories, live, onChange, onRefuse, retryMs = RETRY_MS } = options;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  const reload = serialised(async () => {
    const emptied = emptiedFolder(directories, live.bundle);
    const result = emptied === undefined ? await loadInChild(directories) : { refusal: emptied.message };
    standBy();
    const faults = faultsOf(result);
    const hasLoaderFailed = emptied === undefined && 'refusal' in result;
    failures = hasLoaderFailed ? failures + 1 : 0;
    clearTimeout(retry);
    if (hasLoaderFailed && failures <= RETRIES_MAX) retry = setTimeout(() => void reload(), retryMs).unref();
    if (faults.length > 0 || 'refusal' in result) {
      live.faults = faults;
      live.refusals += 1;
      onRefuse(faults);
      return;
    }
    live.faults = [];
    onChange(result.load.bundle);
  });
  const standBy = (): void => void setTimeout(() => keepStandby(directories), STANDBY_MS).unref();
  standBy();
  watchFiles(
    [directories.shipped, directories.operator].filter((root) => root !== undefined),
    () => void reload(),
  );
  return reload;
}

/** What would be wrong with these folders; nothing is published. */
export async function checkPolicies(directories: PolicyDirectories): Promise<readonly DocumentFault[]> {
  return faultsOf(await loadInChild(directories));
}

/** What the product brings, without anything of the operator's. */
export async function shippedDocuments({
  shipped,
}: PolicyDirectories): Promise<readonly PolicyDocument[] | { readonly objection: string }> {
  const result = await loadInChild({ shipped, operator: undefined });
  const [fault] = faultsOf(result);
  if (fault !== undefined) return { objection: `the shipped policies cannot be read: ${fault.message}` };
  return 'load' in result ? result.load.bundle.documents : [];
}

function faultsOf(result: ChildLoad): readonly DocumentFault[] {
  return 'refusal' in result ? [{ file: '', line: 1, column: 1, message: result.refusal }] : result.load.faults;
}

/** Runs one at a time; calls that come meanwhile become one more run. */
function serialised(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let again = false;
  return async () => {
    again = true;
    if (current !== undefined) return current;
    current = (async () => {
      while (again) {
        again = false;
        await run();
      }
    })().finally(() => {
      current = undefined;
    });
    return current;
  };
}
