// A gateway and a browser that a file's tests have in common: started before them, gone after them.
import { afterAll, beforeAll } from 'vitest';
import { type RunningGateway, removeFolder } from '../run/gateway-process.ts';
import { openBrowser, startConsoleGateway, type Visit } from './browser.ts';

export interface Stage {
  readonly gateway: RunningGateway;
  readonly visit: Visit;
}

/** What it gives has its values once the tests run. */
export function stage(
  settings: { readonly mode?: 'enforce' | 'monitor'; readonly config?: string },
  prepare: (stage: Stage) => Promise<void> = async () => undefined,
): Stage {
  const on = {} as { gateway: RunningGateway; visit: Visit };
  beforeAll(async () => {
    [on.gateway, on.visit] = await Promise.all([startConsoleGateway(settings.mode, settings.config), openBrowser()]);
    await prepare(on);
  }, 180_000);
  afterAll(async () => {
    await on.visit?.close();
    await on.gateway?.stop();
    if (on.gateway !== undefined) removeFolder(on.gateway.data);
  }, 60_000);
  return on;
}
