import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffOf } from '../../src/console/diff.ts';
import { completionsAt, kindAt, type Schema } from '../../src/console/yaml-complete.ts';
import { paintedLine } from '../../src/console/yaml-paint.ts';

const SCHEMAS = resolve(import.meta.dirname, '../../policies/schema');
const schema = (kind: string): Schema | undefined => {
  const path = `${SCHEMAS}/${kind}.schema.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

/** `|` is the cursor. */
function offered(marked: string): string[] {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const kind = kindAt(text, cursor);
  return (
    completionsAt(text, cursor, kind === undefined ? undefined : schema(kind))?.items.map(({ text: item }) => item) ??
    []
  );
}

describe('completion', () => {
  it('begins with the kind, and knows the kinds', () => {
    expect(offered('k|')).toEqual(['kind']);
    expect(offered('kind: data-|')).toEqual(['data-type', 'data-policy']);
  });

  it('offers the keys of the mapping it stands in', () => {
    expect(offered('kind: data-policy\nid: a\nact|')).toEqual(['action']);
    expect(offered('kind: data-policy\nid: a\nmatch:\n  min|')).toEqual(['minCount']);
    expect(offered('kind: suite\nid: a\ncases:\n  - name: x\n    exp|')).toEqual(['expect']);
    expect(offered('kind: suite\nid: a\ncases:\n  - name: x\n    expect:\n      not|')).toEqual(['notFindings']);
  });

  it('offers the words of a value', () => {
    expect(offered('kind: data-policy\nid: a\naction: m|')).toEqual(['mask']);
    expect(offered('kind: data-policy\nid: a\nseverity: h|')).toEqual(['high']);
    expect(offered('kind: list\nid: a\naction: |')).toEqual(['allow', 'deny']);
  });

  it('goes by the document it stands in', () => {
    expect(offered('kind: list\nid: a\n---\nkind: data-policy\nid: b\naction: ma|')).toEqual(['mask']);
    expect(offered('kind: list\nid: a\naction: ma|\n---\nkind: data-policy\nid: b\n')).toEqual([]);
  });

  it('keeps quiet in comments and where it knows nothing', () => {
    expect(offered('# ki|')).toEqual([]);
    expect(offered('kind: unknown-thing\nfo|')).toEqual([]);
  });
});

describe('colours', () => {
  it('lose no character', () => {
    for (const line of [
      'kind: list # why',
      '  - name: "a: #b"',
      '---',
      '# all',
      '   ',
      'a: [x, {b: true}]',
      "'q': 'it''s'",
      ':::',
      '\t- -',
    ])
      expect(
        paintedLine(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line);
  });

  it('take a long line in no time', () => {
    const line = `a: ${'"\\'.repeat(50_000)}`;
    const start = performance.now();
    paintedLine(line);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('a difference', () => {
  const lines = (before: string, after: string): string[] =>
    diffOf(before, after).map(({ kind, text }) => `${{ same: ' ', plus: '+', minus: '-', gap: '…' }[kind]}${text}`);

  it('shows what went and what came, with what stands around', () => {
    expect(lines('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
    expect(lines('', 'a')).toEqual(['-', '+a']);
    expect(lines('a\nb', 'b')).toEqual(['-a', ' b']);
  });

  it('leaves out long runs that stayed', () => {
    const long = Array.from({ length: 50 }, (_, i) => `line ${i}`);
    const changed = [...long];
    changed[25] = 'other';
    const shown = lines(long.join('\n'), changed.join('\n'));
    expect(shown).toHaveLength(10);
    expect(shown[0]).toBe('…⋯');
  });

  it('is right for any two texts: what stayed and came is the text after', () => {
    for (let seed = 1; seed < 60; seed++) {
      const text = (salt: number): string[] => Array.from({ length: 2 }, (_, i) => String((seed * (i + salt) * 7) % 3));
      const [before, after] = [text(1), text(5)];
      if (before.join() === after.join()) continue;
      const shown = diffOf(before.join('\n'), after.join('\n'));
      expect(shown.filter(({ kind }) => kind !== 'minus' && kind !== 'gap').map(({ text: one }) => one)).toEqual(after);
      expect(shown.filter(({ kind }) => kind !== 'plus' && kind !== 'gap').map(({ text: one }) => one)).toEqual(before);
    }
  });
});
