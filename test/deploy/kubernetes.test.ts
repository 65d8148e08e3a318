// The manifests as they would be applied, without a cluster: names that point at each other do, what is promised about privileges
// holds, and the configuration inside is one that the gateway takes.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfiguration } from '../../src/configuration/load.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';

const FOLDER = resolve(import.meta.dirname, '../../deploy/kubernetes');

interface Labels {
  readonly [name: string]: string;
}
interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: { readonly port: string };
}
interface Container {
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Record<string, unknown>;
  readonly resources: { readonly requests: Labels; readonly limits: Labels };
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly readinessProbe: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
}
interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
  readonly securityContext: Record<string, unknown>;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Labels;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own, and the assertions look at it
  readonly spec?: any;
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  }),
);
const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
const workloads = [...ofKind('Deployment'), ...ofKind('StatefulSet')];
const podOf = (workload: Manifest): PodSpec => workload.spec.template.spec as PodSpec;
const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

describe('the Kubernetes manifests', () => {
  it('are all in the kustomization, in one namespace', () => {
    const kustomization = parseAllDocuments(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8'))[0]!.toJS() as {
      resources: string[];
    };
    expect([...kustomization.resources].sort()).toEqual([...files].sort());
    expect(workloads.map((one) => one.metadata.name).sort()).toEqual(['redis', 'sallyport']);
    for (const { kind, metadata } of manifests)
      if (kind !== 'Namespace') expect(metadata.namespace, `${kind} ${metadata.name}`).toBe('sallyport');
  });

  it('select the pods they mean', () => {
    const labels = workloads.map((one) => one.spec.template.metadata.labels as Labels);
    const selectors = [
      ...workloads.map((one) => one.spec.selector.matchLabels as Labels),
      ...ofKind('Service').map((one) => one.spec.selector as Labels),
      ...ofKind('PodDisruptionBudget').map((one) => one.spec.selector.matchLabels as Labels),
      ...ofKind('NetworkPolicy').map((one) => one.spec.podSelector.matchLabels as Labels),
    ];
    expect(selectors.length).toBeGreaterThanOrEqual(8);
    for (const selector of selectors)
      expect(
        labels.filter((one) => matches(selector, one)),
        JSON.stringify(selector),
      ).toHaveLength(1);
    const [scaler] = ofKind('HorizontalPodAutoscaler');
    expect(workloads.map((one) => [one.apiVersion, one.kind, one.metadata.name])).toContainEqual([
      scaler!.spec.scaleTargetRef.apiVersion,
      scaler!.spec.scaleTargetRef.kind,
      scaler!.spec.scaleTargetRef.name,
    ]);
  });

  it('name ports, volumes and configuration that are there', () => {
    const configMaps = ofKind('ConfigMap').map((one) => one.metadata.name);
    for (const workload of workloads) {
      const pod = podOf(workload);
      const claims = ((workload.spec.volumeClaimTemplates ?? []) as Manifest[]).map((one) => one.metadata.name);
      const volumes = [...pod.volumes.map((one) => one.name), ...claims];
      for (const { configMap } of pod.volumes)
        if (configMap !== undefined) expect(configMaps).toContain(configMap.name);
      for (const container of pod.containers) {
        const ports = container.ports.map((one) => one.name);
        for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
          if (probe !== undefined) expect(ports).toContain(probe.httpGet?.port ?? probe.tcpSocket?.port);
        }
        for (const mount of container.volumeMounts) expect(volumes).toContain(mount.name);
      }
    }
    for (const service of ofKind('Service')) {
      const target = workloads.find((one) => matches(service.spec.selector, one.spec.template.metadata.labels))!;
      const ports = podOf(target).containers.flatMap((one) => one.ports.map((port) => port.name));
      for (const port of service.spec.ports) expect(ports).toContain(port.targetPort);
    }
  });

  it('run without privileges on a file system that cannot be written', () => {
    for (const workload of workloads) {
      const pod = podOf(workload);
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources.requests.memory).toBeDefined();
        expect(resources.limits.memory).toBeDefined();
      }
    }
  });

  it('lose no request on the way: one pod more before one less, readiness apart from liveness, time to drain', () => {
    const gateway = ofKind('Deployment')[0]!;
    expect(gateway.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const [container] = podOf(gateway).containers;
    expect(container!.readinessProbe.httpGet!.path).toBe('/readyz');
    expect(container!.livenessProbe!.httpGet!.path).toBe('/healthz');
    const { configuration } = gatewayConfiguration();
    const drainMs = configuration!.drain.delay + configuration!.drain.grace;
    expect(podOf(gateway).terminationGracePeriodSeconds! * 1_000).toBeGreaterThan(drainMs + 5_000);
    const readiness = container!.readinessProbe as { periodSeconds?: number; failureThreshold?: number };
    expect(configuration!.drain.delay).toBeGreaterThan(readiness.periodSeconds! * readiness.failureThreshold! * 1_000);
    for (const budget of ofKind('PodDisruptionBudget')) expect(budget.spec.maxUnavailable).toBe(1);
  });

  it('hold a configuration and policies that the gateway takes', () => {
    const { configuration, faults } = gatewayConfiguration();
    expect(faults).toEqual([]);
    expect(configuration!.store.kind).toBe('redis');
    const policies = ofKind('ConfigMap').find((one) => one.metadata.name === 'sallyport-policies')!.data!;
    for (const [file, text] of Object.entries(policies)) {
      const read = readYaml(text, file);
      expect(read.faults).toEqual([]);
      expect(
        read.documents.map((document) => validateDocument(document, file, false)).filter((one) => 'fault' in one),
      ).toEqual([]);
    }
  });
});

function gatewayConfiguration() {
  const text = ofKind('ConfigMap').find((one) => one.metadata.name === 'sallyport-configuration')!.data![
    'sallyport.yaml'
  ]!;
  return readConfiguration(text, 'sallyport.yaml', { POD_IP: '10.1.2.3' });
}
