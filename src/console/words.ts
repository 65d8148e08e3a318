// Everything the console says, in the reader's language. Texts of policies and incidents come as they were written.
import { language } from './preferences.ts';
import { en } from './words/en.ts';
import { ko } from './words/ko.ts';

export type Word = keyof typeof en;

export const DICTIONARIES = { en, ko } as const;

/** Fills `{name}` with what is given; where `n` is 1, the word's own form for one is taken if it has one. */
export function t(word: Word, values: Readonly<Record<string, string | number>> = {}): string {
  const words: Readonly<Record<string, string>> = DICTIONARIES[language.value];
  const text = (String(values.n) === '1' ? words[`${word}.one`] : undefined) ?? DICTIONARIES[language.value][word];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A word for one of a closed set, such as `severity.high`; what the dictionary does not know is shown as it is. */
export function wordFor(group: string, value: string): string {
  const words: Readonly<Record<string, string>> = DICTIONARIES[language.value];
  return words[`${group}.${value}`] ?? value.replaceAll('-', ' ');
}
