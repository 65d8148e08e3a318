// Where the processes of a gateway meet: in the system's folder for such things, or in the data folder where the rest of the file
// system is read-only. That folder first, because the path of a socket is limited to about a hundred bytes, and data folders are not.
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function socketPathIn(dataFolder: string, preferred = tmpdir()): string {
  return join(canWriteTo(preferred) ? preferred : dataFolder, `sallyport-${process.pid}.sock`);
}

function canWriteTo(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
