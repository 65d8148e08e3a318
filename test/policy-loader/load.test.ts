import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptiedFolder, loadDirectories } from '../../src/policy-loader/load-directories.ts';
import { watchFiles } from '../../src/policy-loader/watch.ts';

const GOOD = 'kind: list\nid: bad-networks\naction: deny\nentries: { ips: 198.51.100.0/24 }\n';
const OTHER = GOOD.replace('bad-networks', 'others');

let folder: string;
const path = (name: string) => join(folder, name);
const load = () => loadDirectories({ shipped: undefined, operator: folder });
const firstFault = () => {
  const [fault] = load().faults;
  return fault === undefined ? 'no fault' : `${fault.line}:${fault.column} ${fault.message}`;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
  writeFileSync(path('good.yaml'), GOOD);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;

describe('a bad change of the policy files', () => {
  const changes: readonly (readonly [string, () => void, RegExp])[] = [
    ['bad YAML', () => writeFileSync(path('bad.yaml'), 'kind: list\n  id: [x'), /^\d+:\d+ /],
    [
      'a document that fits no schema',
      () => writeFileSync(path('bad.yaml'), 'kind: list\nid: x\naction: 7'),
      /^3:9 `action` is one of/,
    ],
    [
      'an unknown key',
      () => writeFileSync(path('bad.yaml'), `${OTHER}entriess: {}`),
      /^5:1 unknown key `entriess`; did you mean `entries`\?/,
    ],
    [
      'a bad pattern',
      () => writeFileSync(path('bad.yaml'), "kind: data-type\nid: x\npattern: '(a'"),
      /^3:10 .*not a pattern/,
    ],
    [
      'a pattern that would explode',
      () => writeFileSync(path('bad.yaml'), "kind: data-type\nid: x\npattern: '((a{1000}){1000}){1000}'"),
      /^3:10 .*repeat count/,
    ],
    [
      'a file of a hundred megabytes',
      () => {
        writeFileSync(path('bad.yaml'), GOOD);
        truncateSync(path('bad.yaml'), 100 * 1024 * 1024);
      },
      /^1:1 the file is larger than/,
    ],
    ['a bomb of brackets', () => writeFileSync(path('bad.yaml'), '['.repeat(2_000)), /nested deeper than 32/],
    [
      'a bomb of aliases',
      () =>
        writeFileSync(
          path('bad.yaml'),
          `a0: &a0 x\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(5)}]`).join('\n')}`,
        ),
      /alias/,
    ],
    ['a half-written file', () => writeFileSync(path('good.yaml'), GOOD.slice(0, 40)), /^\d+:\d+ /],
    ['a file cut to nothing', () => truncateSync(path('good.yaml')), /^1:1 the file is empty/],
    [
      'a link to nowhere',
      () => {
        unlinkSync(path('good.yaml'));
        symlinkSync(path('nowhere'), path('good.yaml'));
      },
      /^1:1 cannot be read \(ENOENT\)/,
    ],
    ['a link to itself', () => symlinkSync(path('loop.yaml'), path('loop.yaml')), /^1:1 cannot be read \(ELOOP\)/],
    [
      'a link to a folder',
      () => {
        mkdirSync(path('.d'));
        symlinkSync(path('.d'), path('d.yaml'));
      },
      /^1:1 is not a file/,
    ],
    ['a link to what never ends', () => symlinkSync('/dev/zero', path('zero.yaml')), /^1:1 is not a file/],
    ['the folder deleted', () => rmSync(folder, { recursive: true }), /^1:1 the folder cannot be read \(ENOENT\)/],
    [
      'text that is not UTF-8',
      () => writeFileSync(path('bad.yaml'), Buffer.from('description: \xe9', 'latin1')),
      /^1:1 is not UTF-8/,
    ],
    [
      'a document twice',
      () => writeFileSync(path('twice.yaml'), GOOD),
      /^1:1 list `bad-networks` is already defined in /,
    ],
    [
      'a reference that leads nowhere',
      () =>
        writeFileSync(path('bad.yaml'), 'kind: data-policy\nid: x\nmatch: { dataTypes: nothing-known }\naction: tag'),
      /^1:1 no data type is called/,
    ],
  ];

  it.each(changes)('is refused with its place: %s', (_, change, message) => {
    expect(load().faults).toEqual([]);
    change();
    expect(firstFault()).toMatch(message);
  });

  it.skipIf(isRoot)('is refused with its place: a file that may not be read', () => {
    chmodSync(path('good.yaml'), 0o000);
    expect(firstFault()).toMatch(/^1:1 cannot be read \(EACCES\)/);
  });

  it('is refused when the folder lost all its files at once, but not when it lost one of two', () => {
    const directories = { shipped: undefined, operator: folder };
    writeFileSync(path('other.yaml'), OTHER);
    const before = load().bundle;
    unlinkSync(path('other.yaml'));
    expect(emptiedFolder(directories, before)).toBeUndefined();
    unlinkSync(path('good.yaml'));
    expect(emptiedFolder(directories, before)).toMatchObject({ file: folder, message: expect.stringMatching(/gone/) });
  });

  it('names the first fault of every document', () => {
    writeFileSync(
      path('bad.yaml'),
      'kind: list\nid: a\n---\nkind: nothing\nid: b\n---\nkind: list\nid: c\naction: allow\n',
    );
    expect(load().faults.map((fault) => fault.line)).toEqual([1, 4, 7]);
  });
});

describe('the files of a folder', () => {
  it('are read in the order of their names, below folders too, and nothing else is', () => {
    mkdirSync(path('team/deep'), { recursive: true });
    writeFileSync(path('team/deep/z.yml'), OTHER);
    writeFileSync(path('README.md'), '# not a policy');
    writeFileSync(path('.good.yaml.swp'), 'garbage: [');
    writeFileSync(path('.hidden.yaml'), 'garbage: [');
    const { bundle, faults, files } = load();
    expect(faults).toEqual([]);
    expect(files).toBe(2);
    expect(bundle.documents.map((document) => document.id)).toEqual(['bad-networks', 'others']);
  });

  it('are read once where a mounted volume shows them through links', () => {
    rmSync(path('good.yaml'));
    mkdirSync(path('..2026_11_24'));
    writeFileSync(path('..2026_11_24/good.yaml'), GOOD);
    symlinkSync('..2026_11_24', path('..data'));
    symlinkSync('..data/good.yaml', path('good.yaml'));
    const { bundle, faults } = load();
    expect(faults).toEqual([]);
    expect(bundle.documents).toHaveLength(1);
  });
});

describe('watching', () => {
  const changed = (change: () => void): Promise<void> =>
    new Promise((resolve) => {
      const stop = watchFiles([folder], () => {
        stop();
        resolve();
      });
      change();
    });

  const changes: readonly (readonly [string, () => void])[] = [
    ['a new file', () => writeFileSync(path('new.yaml'), OTHER)],
    [
      'a file in a new folder',
      () => {
        mkdirSync(path('sub'));
        writeFileSync(path('sub/new.yaml'), OTHER);
      },
    ],
    [
      'a file replaced by renaming',
      () => {
        writeFileSync(path('.tmp'), OTHER);
        renameSync(path('.tmp'), path('good.yaml'));
      },
    ],
    ['a file deleted', () => unlinkSync(path('good.yaml'))],
    ['the folder deleted', () => rmSync(folder, { recursive: true })],
  ];

  it.each(changes)('tells of %s', async (_, change) => {
    await changed(change);
  });

  it('tells of a linked version that was swapped', async () => {
    mkdirSync(path('..a'));
    mkdirSync(path('..b'));
    writeFileSync(path('..a/linked.yaml'), OTHER);
    writeFileSync(path('..b/linked.yaml'), `${OTHER}# newer\n`);
    symlinkSync('..a', path('..data'));
    symlinkSync('..data/linked.yaml', path('linked.yaml'));
    await changed(() => {
      symlinkSync('..b', path('..next'));
      renameSync(path('..next'), path('..data'));
    });
  });
});
