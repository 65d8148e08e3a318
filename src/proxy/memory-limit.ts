// How much of the memory that its container may have is in use: what Linux counts before it kills (cgroups, both versions). Pages
// of files that it can let go at once do not count, as they do not for Kubernetes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Version {
  readonly limit: string;
  readonly usage: string;
  readonly reclaimable: RegExp;
}

const V1: Version = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  reclaimable: /^total_inactive_file (\d+)$/m,
};
const V2: Version = { limit: 'memory.max', usage: 'memory.current', reclaimable: /^inactive_file (\d+)$/m };
/** No limit is written as a number beyond any machine, or as a word. */
const NO_LIMIT_BYTES = 2 ** 60;

/** A function that reads the share in use, 0 to 1 and above; undefined where there is no limit. */
export function openMemoryLimit(
  root = '/sys/fs/cgroup',
  membership = textOf('/proc/self/cgroup'),
): (() => number) | undefined {
  for (const [folder, version] of places(root, membership)) {
    const limitBytes = Number(textOf(join(folder, version.limit)) || Number.NaN);
    if (!(limitBytes > 0 && limitBytes < NO_LIMIT_BYTES)) continue;
    return () => {
      const usedBytes = Number(textOf(join(folder, version.usage)));
      const reclaimable = version.reclaimable.exec(textOf(join(folder, 'memory.stat')))?.[1];
      return (usedBytes - Number(reclaimable ?? 0)) / limitBytes;
    };
  }
  return undefined;
}

/** Inside a container its own group is often the root of what it sees. */
function places(root: string, membership: string): (readonly [folder: string, version: Version])[] {
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(membership)?.[1];
  const v2 = /^0::(.*)$/m.exec(membership)?.[1];
  return [
    ...(v1 === undefined ? [] : ([[join(root, 'memory', v1), V1]] as const)),
    [join(root, 'memory'), V1],
    ...(v2 === undefined ? [] : ([[join(root, v2), V2]] as const)),
    [root, V2],
  ];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
