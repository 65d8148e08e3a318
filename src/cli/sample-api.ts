// `sallyport sample-api`: only the bundled API, for trying a gateway in front of it.
import { startSampleApi } from '../sample-api/server.ts';

export async function runSampleApi(options: {
  readonly listen: number;
  readonly host: string;
  readonly hardened?: boolean;
}): Promise<number> {
  const isHardened = options.hardened === true;
  const { url } = await startSampleApi({ host: options.host, port: options.listen, isHardened });
  console.log(`sample API at ${url}`);
  process.send?.({ url });
  process.once('disconnect', () => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  return 0;
}
