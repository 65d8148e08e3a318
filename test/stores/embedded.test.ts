import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { EmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { storeContract } from './contract.ts';
import { rememberingLog } from './quiet-log.ts';

describe('the embedded store', () => {
  let folder: string;
  let store: Store;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    store = new EmbeddedStore({ folder, fileBytesMax: 1_073_741_824, log: rememberingLog() });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  storeContract(() => store);
});
