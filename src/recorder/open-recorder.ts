// The recorder that a configuration asks for.
import { join, resolve } from 'node:path';
import type { Configuration } from '../configuration/load.ts';
import { Recorder } from './recorder.ts';

const DATA_FOLDER = '.sallyport';

export interface RecordingPlace {
  readonly folder: string;
  readonly keyFile: string;
}

export function recordingPlace({ data, recorder }: Pick<Configuration, 'data' | 'recorder'>): RecordingPlace {
  const folder = join(resolve(data ?? DATA_FOLDER), 'recordings');
  return { folder, keyFile: recorder.keyFile ?? join(folder, 'key') };
}

/** Undefined when nothing is to be recorded. @throws when the folder or the key cannot be made */
export function openRecorder(configuration: Configuration): Recorder | undefined {
  const { enabled, share, bytesMax, ageMax } = configuration.recorder;
  if (!enabled) return undefined;
  return new Recorder({
    ...recordingPlace(configuration),
    share,
    bytesMax,
    ageMaxMs: ageMax,
    now: Date.now,
    random: Math.random,
  });
}
