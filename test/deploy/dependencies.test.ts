// What is shipped: few dependencies, each with a reason; none below the version that fixed a known vulnerability; no registry
// host in the lockfile; a bill of materials that names every one of them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Entry {
  readonly version: string;
  readonly dev?: boolean;
  readonly integrity?: string;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };
const shipped = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.dev !== true);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13);

function isBelow(version: string, bound: string): boolean {
  const [one, other] = [version, bound].map((text) => text.split('-')[0]!.split('.').map(Number));
  for (let i = 0; i < 3; i++) if (one![i] !== other![i]) return one![i]! < other![i]!;
  return version.includes('-') && !bound.includes('-');
}

/** As the project of the format publishes it. */
function schemaOfCycloneDx(version: string): ValidateFunction {
  const schema = (name: string): object =>
    JSON.parse(read(`node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}.SNAPSHOT.schema.json`)) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  return ajv.compile(schema(`bom-${version}`));
}

describe('dependencies', () => {
  it('are exact, named with a reason, and come with their integrity', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const reasons = read('docs/dependencies.md');
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(reasons.includes(name), `docs/dependencies.md has no reason for ${name}`).toBe(true);
    }
    for (const [path, entry] of shipped) expect(entry.integrity, path).toMatch(/^sha512-/);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  it('are not older than the fixes of known vulnerabilities', () => {
    const advisories = JSON.parse(read('deploy/advisories.json')) as {
      package: string;
      below: string;
      /** Of the line that begins here; from the first version on when it is missing. */
      from?: string;
      advisories: string[];
    }[];
    expect(advisories.length).toBeGreaterThan(8);
    expect([isBelow('7.29.0', '7.29.1'), isBelow('8.0.0', '7.29.1'), isBelow('7.29.1', '7.29.1')]).toEqual([
      true,
      false,
      false,
    ]);
    const vulnerable = shipped.flatMap(([path, entry]) =>
      advisories
        .filter((one) => one.package === nameOf(path) && isBelow(entry.version, one.below))
        .filter(({ from }) => from === undefined || !isBelow(entry.version, from))
        .map((one) => `${path} ${entry.version}: ${one.advisories.join(', ')}`),
    );
    expect(vulnerable).toEqual([]);
  });

  it('are all in the bill of materials, which is one by the schema of CycloneDX', () => {
    const bom = JSON.parse(execFileSync(process.execPath, [join(ROOT, 'scripts/sbom.mjs')], { encoding: 'utf8' })) as {
      specVersion: string;
      components: { purl: string; 'bom-ref': string }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    expect(bom.specVersion).toBe('1.5');
    const isBom = schemaOfCycloneDx(bom.specVersion);
    expect(isBom(bom), JSON.stringify(isBom.errors)).toBe(true);
    // The schema says no as well.
    expect(isBom({ ...bom, components: [{ ...bom.components[0], type: 'thing' }] })).toBe(false);
    const refs = new Set(bom.components.map((one) => one['bom-ref']));
    expect(
      new Set(shipped.map(([path, entry]) => `pkg:npm/${nameOf(path).replace('@', '%40')}@${entry.version}`)),
    ).toEqual(refs);
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(refs.has(ref), ref).toBe(true);
  });
});

describe('containers', () => {
  it('have a read-only file system, no capabilities and no root, in every compose file', () => {
    for (const file of ['docker-compose.yml', 'deploy/compose-cluster.yaml']) {
      const { services } = parse(read(file), { merge: true }) as {
        services: Record<
          string,
          {
            image?: string;
            user?: string;
            command?: string[];
            read_only?: boolean;
            security_opt?: string[];
            cap_drop?: string[];
            depends_on?: Record<string, unknown>;
          }
        >;
      };
      for (const [name, service] of Object.entries(services)) {
        expect(service.read_only, `${file}: ${name}`).toBe(true);
        expect(service.cap_drop, `${file}: ${name}`).toEqual(['ALL']);
        // Its image begins as root and needs capabilities to become somebody else.
        if (service.image?.startsWith('redis:') && service.command?.[0] === 'redis-server')
          expect(service.user, `${file}: ${name}`).toBe('redis');
        expect(service.security_opt, `${file}: ${name}`).toContain('no-new-privileges:true');
        for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(other);
      }
    }
    const dockerfile = read('Dockerfile');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });
});
