// Drift on a node as route lists change under it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiDocuments } from '../../src/analyst/api-documents.ts';
import type { DocumentFault } from '../../src/core/document.ts';
import type { LearnedEndpoint } from '../../src/core/learned-endpoint.ts';

const NOW = Date.UTC(2026, 10, 26);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'route-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function answered(path: string): LearnedEndpoint {
  return {
    id: `GET shop.test${path}`,
    method: 'GET',
    host: 'shop.test',
    template: path,
    operation: undefined,
    firstSeen: NOW - 1_000,
    lastSeen: NOW,
    samples: 100,
    query: [],
    statuses: [['200', 100]],
  } as unknown as LearnedEndpoint;
}

it('reads a route list again when it changes, and keeps the last good one', () => {
  const file = join(folder, 'routes.txt');
  writeFileSync(file, 'GET shop.test/users\n');
  const refused: DocumentFault[] = [];
  let now = NOW;
  const documents = new ApiDocuments({
    configuration: { routes: [], routeLists: [file] },
    contracts: [],
    endpoints: () => [answered('/users'), answered('/orders')],
    now: () => {
      now += 60_000;
      return now;
    },
    promoted: () => [],
    onLearned: () => {},
    onRefusal: (fault) => refused.push(fault),
    onDrift: () => {},
  });
  const unmanaged = (): string[] =>
    documents
      .drift()
      .filter(({ kind }) => kind === 'unmanaged')
      .map(({ endpoint }) => endpoint);
  try {
    expect(unmanaged()).toEqual(['GET shop.test/orders']);
    writeFileSync(file, 'GET shop.test/users\nGET shop.test/orders\n');
    expect(unmanaged()).toEqual([]);
    writeFileSync(file, '\n');
    expect(unmanaged()).toEqual([]);
    expect(unmanaged()).toEqual([]);
    expect(refused).toEqual([expect.objectContaining({ file, message: expect.stringMatching(/no route was found/) })]);
    rmSync(file);
    expect(unmanaged()).toEqual([]);
    expect(refused).toHaveLength(2);
    writeFileSync(file, 'GET shop.test/orders\n');
    expect(unmanaged()).toEqual(['GET shop.test/users']);
  } finally {
    documents.close();
  }
});
