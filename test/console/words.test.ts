import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/console/words/en.ts';
import { ko } from '../../src/console/words/ko.ts';

const CONSOLE = resolve(import.meta.dirname, '../../src/console');
const words = Object.entries(en) as [keyof typeof en, string][];

describe('the dictionaries', () => {
  it('have the same words, with the same places to fill', () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
    for (const [word, text] of words) expect(places(ko[word]), word).toEqual(places(text));
  });

  it('are in Korean where they should be', () => {
    const same = words.filter(([word, text]) => ko[word] === text && /[a-z]{3}/.test(text)).map(([word]) => word);
    expect(same).toEqual(['exception.reason']);
  });

  it('have no word that nothing says', () => {
    const sources = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('words'))
      .map((name) => readFileSync(join(CONSOLE, name), 'utf8'))
      .join('\n');
    const groups = new Set([...sources.matchAll(/wordFor\('(\w+)'/g)].map(([, group]) => group));
    for (const [, group] of sources.matchAll(/group="(\w+)"/g)) groups.add(group);
    const made = [...sources.matchAll(/t\(`([\w.]+)\.\$\{/g)].map(([, start]) => start);
    const unsaid = words
      .map(([word]) => word)
      .filter((word) => !sources.includes(`'${word.replace(/\.one$/, '')}'`))
      .filter((word) => !groups.has(word.split('.')[0]!) && !made.some((start) => word.startsWith(`${start}.`)));
    expect(unsaid).toEqual([]);
  });
});
