// Writes a CycloneDX 1.5 bill of materials of what is shipped: the runtime dependencies of the lockfile, with their integrity.
//   node scripts/sbom.mjs > sbom.json
import { readFileSync } from 'node:fs';

const read = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const { name, version, license } = read('package.json');
const { packages } = read('package-lock.json');

const purl = (packageName, packageVersion) => `pkg:npm/${packageName.replace('@', '%40')}@${packageVersion}`;
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Where Node would find it, seen from `from`. */
function resolved(from, dependency) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${dependency}` : `${at}/node_modules/${dependency}`;
    if (packages[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

const shipped = Object.entries(packages).filter(
  ([path, entry]) => path !== '' && entry.dev !== true && entry.link !== true,
);
const components = shipped.map(([path, entry]) => ({
  type: 'library',
  'bom-ref': purl(nameOf(path), entry.version),
  name: nameOf(path),
  version: entry.version,
  purl: purl(nameOf(path), entry.version),
  scope: entry.optional === true ? 'optional' : 'required',
  ...(entry.license === undefined ? {} : { licenses: [{ expression: entry.license }] }),
  ...(entry.integrity === undefined
    ? {}
    : { hashes: [{ alg: 'SHA-512', content: Buffer.from(entry.integrity.split('-')[1], 'base64').toString('hex') }] }),
}));
const refs = new Map(shipped.map(([path, entry]) => [path, purl(nameOf(path), entry.version)]));
const dependsOn = (path, entry) => [
  ...new Set(
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .map((dependency) => refs.get(resolved(path, dependency)))
      .filter((ref) => ref !== undefined),
  ),
];
const root = purl(name, version);
const unique = [...new Map(components.map((component) => [component['bom-ref'], component])).values()];
const dependencies = new Map([
  [root, dependsOn('', packages[''])],
  ...shipped.map(([path, entry]) => [refs.get(path), dependsOn(path, entry)]),
]);

console.log(
  JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: {
        component: {
          type: 'application',
          'bom-ref': root,
          name,
          version,
          purl: root,
          licenses: [{ license: { id: license } }],
        },
      },
      components: unique,
      dependencies: [...dependencies].map(([ref, on]) => ({ ref, dependsOn: on })),
    },
    null,
    2,
  ),
);
