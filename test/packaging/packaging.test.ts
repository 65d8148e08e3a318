import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfiguration } from '../../src/configuration/load.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly command: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');

  it('does not run as root', () => {
    const users = lines.filter((line) => line.startsWith('USER '));
    expect(users).toEqual(['USER node']);
    expect(lines.indexOf('USER node')).toBeLessThan(lines.findIndex((line) => line.startsWith('ENTRYPOINT')));
  });

  it('has a health check whose script is JavaScript', () => {
    const command = /CMD (\[.*fetch.*\])/.exec(read('Dockerfile'))?.[1];
    const [, , script] = JSON.parse(command!) as string[];
    expect(() => new Function(script!)).not.toThrow();
  });

  it('copies only what exists and what the context lets through', () => {
    const allowed = new Set(
      read('.dockerignore')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(allowed, path).toContain(path);
      expect(existsSync(join(ROOT, path)), path).toBe(true);
    }
  });
});

describe('the composition', () => {
  const { services, volumes } = parse(read('docker-compose.yml')) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };

  it('is the gateway, the sample API and Redis', () => {
    expect(Object.keys(services).sort()).toEqual(['gateway', 'redis', 'sample-api']);
  });

  it('gives every port that it opens to this machine alone, and the flawed API none', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services['sample-api']!.ports).toBeUndefined();
  });

  it('waits only for services that exist and have a health check', () => {
    const awaited = Object.values(services).flatMap((service) => Object.keys(service.depends_on ?? {}));
    expect(awaited.length).toBeGreaterThan(0);
    for (const name of awaited) expect(services[name]?.healthcheck, name).toBeDefined();
  });

  it('runs read-only with declared volumes', () => {
    for (const [name, service] of Object.entries(services)) expect(service.read_only, name).toBe(true);
    for (const volume of services.gateway!.volumes!) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
  });

  it('hands the gateway a configuration that it takes, whose upstream and store are services', () => {
    for (const file of ['docker-compose.yml', 'deploy/compose-cluster.yaml']) {
      const { services, configs } = parse(read(file), { merge: true }) as {
        services: Record<string, unknown>;
        configs: { sallyport: { content: string } };
      };
      const { configuration, faults } = readConfiguration(configs.sallyport.content, file, {});
      expect(faults).toEqual([]);
      const { upstreams, store } = configuration!;
      const urls = Object.values(upstreams).flatMap((upstream) => upstream.urls);
      expect(store.kind).toBe('redis');
      const named = 'url' in store ? [store.url] : 'cluster' in store ? store.cluster : [];
      expect(urls.length * named!.length).toBeGreaterThan(0);
      for (const place of [...urls, ...named!]) {
        const name = /^(?:\w+:\/\/)?([\w-]+):\d+/.exec(String(place))?.[1];
        expect(Object.keys(services), String(place)).toContain(name);
      }
    }
  });

  it('calls verbs and options that the command line has', () => {
    const main = read('src/main.ts');
    const ours = Object.values(services).filter((service) => service.build !== undefined);
    expect(ours.length).toBe(2);
    for (const { command } of ours) {
      expect(main).toContain(`.command('${command[0]}'`);
      for (const option of command.filter((word) => word.startsWith('--'))) expect(main).toContain(`'${option} <`);
    }
  });
});

describe('continuous integration', () => {
  it('runs the one script on every supported line of Node', () => {
    const { jobs } = parse(read('.github/workflows/check.yml')) as {
      jobs: { check: { strategy: { matrix: { node: number[] } }; steps: { run?: string }[] } };
    };
    expect(jobs.check.strategy.matrix.node).toEqual([20, 22, 24]);
    expect(jobs.check.steps.some((step) => step.run === '.ci/run')).toBe(true);
  });
});
