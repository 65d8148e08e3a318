// What the analysis tells, in the language the reader has chosen.
import * as korean from '../told/in-korean.ts';
import { language } from './preferences.ts';

const isKorean = (): boolean => language.value === 'ko';

/** The incident's texts. */
export function told<T extends korean.Tale>(of: T): T {
  return isKorean() ? korean.told(of) : of;
}

/** A title alone, as lists have it. */
export function titleOf(detection: string, title: string): string {
  return isKorean() ? korean.titleOf(detection, title) : title;
}

/** A title where nothing says of which detection. */
export function englishTitle(title: string): string {
  return isKorean() ? korean.englishTitle(title) : title;
}

/** How a detection is called; one that an operator made by its id. */
export function detectionName(detection: string): string {
  return korean.detectionName(detection, language.value);
}

/** The name of a data type. */
export function dataTypeName(title: string): string {
  return isKorean() ? korean.dataTypeName(title) : title;
}

/** A sentence or a part of one that has a known form; anything else as it is. */
export function phrase(text: string): string {
  return isKorean() ? korean.phrase(text) : text;
}

/** What is put into sentences: lists of known words, names of detections. */
export function figure(text: string): string {
  return isKorean() ? korean.figure(text) : text;
}

/** Why somebody is restricted, and by whom: a plan's words are known, a person's stay. */
export function restricted<T extends { readonly createdBy: string; readonly reason: string }>(of: T): T {
  if (!of.createdBy.startsWith('plan ')) return of;
  return { ...of, createdBy: phrase(of.createdBy), reason: phrase(of.reason) };
}
