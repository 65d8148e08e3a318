// A gateway in front of an upstream, with a configuration file in a folder of its own; nothing of it is left at the end.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, removeFolder, startGateway, upstreamThat } from '../run/gateway-process.ts';

export interface ConfiguredGateway {
  /** With the configuration, and an empty folder `policies`. */
  readonly folder: string;
  readonly gateway: RunningGateway;
  readonly upstream: Awaited<ReturnType<typeof upstreamThat>>;
  end(): Promise<void>;
}

export async function startConfigured(
  answer: RequestListener,
  configurationOf: (upstream: string, folder: string) => string,
): Promise<ConfiguredGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-configured-'));
  mkdirSync(join(folder, 'policies'));
  const upstream = await upstreamThat(answer);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, configurationOf(upstream.url, folder));
  const gateway = await startGateway(['--config', config]);
  const end = async (): Promise<void> => {
    await gateway.stop('SIGKILL');
    upstream.close();
    removeFolder(gateway.data);
    removeFolder(folder);
  };
  return { folder, gateway, upstream, end };
}

/** Answers once the request was read, with `body` as JSON. */
export function answering(body: string): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(body);
    });
  };
}
