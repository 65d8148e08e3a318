// The manifests against the schemas of the Kubernetes API: types, what is required, values from closed sets, and keys that the API
// does not know, which it would drop without a word.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const FOLDER = resolve(import.meta.dirname, '../../deploy/kubernetes');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}
type Kind = new (data: never) => { validate(): void };

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['apps/v1 Deployment', Deployment],
  ['apps/v1 StatefulSet', StatefulSet],
  ['autoscaling/v2 HorizontalPodAutoscaler', HorizontalPodAutoscaler],
  ['networking.k8s.io/v1 NetworkPolicy', NetworkPolicy],
  ['policy/v1 PodDisruptionBudget', PodDisruptionBudget],
  ['v1 ConfigMap', ConfigMap],
  ['v1 Namespace', Namespace],
  ['v1 Service', Service],
]);

const manifests: readonly Manifest[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .flatMap((file) => parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')))
  .map((document) => document.toJS() as Manifest);

/** What the API would say, and the keys it would not look at. */
function faultsOf(manifest: Manifest): readonly string[] {
  const kind = KINDS.get(`${manifest.apiVersion} ${manifest.kind}`);
  if (kind === undefined) return [`no such kind: ${manifest.apiVersion} ${manifest.kind}`];
  const unread = new Set<string>();
  try {
    new kind(watched(manifest, '', unread) as never).validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].map((path) => `unknown key ${path}`);
}

/** Of a class, because the models copy objects that have none, and read every key for it. */
class Seen {}

/** Notes every key of every object, and crosses it out once it is read: a validator reads the keys that its schema has. */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inside = Object.entries(value).map(([key, one]) => [key, watched(one, `${path}/${key}`, unread)] as const);
  if (Array.isArray(value)) return inside.map(([, one]) => one);
  for (const [key] of inside) unread.add(`${path}/${key}`);
  return new Proxy<Seen>(Object.assign(new Seen(), Object.fromEntries(inside)), {
    get: (target, key) => {
      unread.delete(`${path}/${String(key)}`);
      return Reflect.get(target, key);
    },
  });
}

describe('the schemas of the Kubernetes API', () => {
  it.each(manifests.map((one) => [one.kind, one] as const))('take the manifest: %s', (_, manifest) => {
    expect(faultsOf(manifest)).toEqual([]);
  });

  const service = manifests.find(({ kind }) => kind === 'Service')!;
  it.each([
    ['a kind of another group', { ...service, apiVersion: 'apps/v1' }],
    ['a port that is no number', { ...service, spec: { ports: [{ port: 'many' }] } }],
    ['something required that is missing', { ...service, spec: { ports: [{ name: 'http' }] } }],
    ['a key with a slip', { ...service, spec: { ports: [{ port: 80, tragetPort: 8080 }] } }],
  ])('do not take %s', (_, manifest) => {
    expect(faultsOf(manifest)).toHaveLength(1);
  });
});
