// `sallyport check`: every document is read as the gateway would read it; the first fault of each is named with its place.
import { endOf } from '../policy/exceptions.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

/** Resolves with the exit code: 1 when anything is wrong. */
export async function runCheck(options: { readonly config?: string; readonly policies?: string }): Promise<number> {
  const overrides = options.policies === undefined ? {} : { policies: options.policies };
  const { configuration, faults, file } = givenConfiguration(options.config, overrides);
  if (configuration === undefined) {
    for (const fault of faults) console.error(faultLine(fault));
    return 1;
  }
  const { bundle, faults: policyFaults, files } = loadDirectories(policyDirectories(configuration));
  for (const fault of policyFaults) console.error(faultLine(fault));
  if (policyFaults.length > 0) return 1;
  const now = Date.now();
  for (const document of bundle.documents) {
    if (document.kind !== 'exception' || document.expires === undefined || endOf(document.expires) > now) continue;
    const message = `warning: the exception \`${document.id}\` ended on ${document.expires} and no longer holds`;
    console.error(faultLine({ ...document.source, message }));
  }
  const where = file === undefined ? 'no configuration file, defaults' : file;
  console.log(
    `${where}: ok\n${bundle.documents.length} policy documents in ${files} files: ok (version ${bundle.version})`,
  );
  return 0;
}
