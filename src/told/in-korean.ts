// What the analysis tells in English, said in Korean: incidents by the id of their detection with the figures put in, sentences about
// figures by their form. What an operator wrote is nobody's to translate: a text that is not the shipped one stays as it came.
import { attacks } from './ko-attacks.ts';
import { behaviour } from './ko-behaviour.ts';
import { dataTypes } from './ko-data-types.ts';
import { findings } from './ko-findings.ts';
import { phrases } from './ko-phrases.ts';
import { posture } from './ko-posture.ts';
import { SHIPPED } from './shipped.ts';
import type { Told } from './texts.ts';

export interface Tale {
  readonly detection: string;
  readonly title: string;
  readonly whatHappened: string;
  /** What happened, before the figures were put in. */
  readonly whatHappenedTemplate?: string;
  readonly why: string;
  readonly whatToDo: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

export const TOLD_IN_KOREAN: Readonly<Record<string, Told>> = { ...attacks, ...behaviour, ...posture };

/** The incident's texts. */
export function told<T extends Tale>(of: T): T {
  const known = TOLD_IN_KOREAN[of.detection];
  const title = titleOf(of.detection, of.title);
  if (known === undefined || !isShipped(of)) return { ...of, title };
  const whatHappened = known.what.find((text) => isFilled(text, of.figures));
  return {
    ...of,
    title,
    whatHappened: whatHappened === undefined ? of.whatHappened : fill(whatHappened, of.figures),
    why: known.why,
    whatToDo: known.todo,
  };
}

/** A title alone, as lists have it. */
export function titleOf(detection: string, title: string): string {
  const known = TOLD_IN_KOREAN[detection];
  if (known === undefined || !title.startsWith(known.en)) return phrase(title);
  const rest = title.slice(known.en.length);
  const isOpen = known.title.includes('{');
  if (!isOpen && rest !== '') return title;
  return known.title.replace(/\{\w+\}/, () => englishTitle(rest));
}

/** Findings of the engine itself, which no policy document describes. */
const OF_THE_ENGINE: Readonly<Record<string, Pick<Told, 'en' | 'title'>>> = {
  'restricted-actor': { en: 'Restricted actor', title: '제한된 행위자' },
  'protocol-violation': { en: 'Broken HTTP', title: '잘못된 HTTP' },
  'denied-actor': { en: 'Actor on a deny list', title: '차단 목록의 행위자' },
};

/** How a detection is called, in either language; one that an operator made by its id. */
export function detectionName(detection: string, language: 'en' | 'ko'): string {
  // An operator may call a detection as an object calls its own: `constructor`.
  const names = [TOLD_IN_KOREAN, OF_THE_ENGINE].find((one) => Object.hasOwn(one, detection));
  const known = names?.[detection];
  if (known === undefined) return detection;
  return (language === 'ko' ? known.title : known.en).replace(/\s*[-–:]\s*(?:\{\w+\})?$/, '');
}

/** A title where nothing says of which detection. */
export function englishTitle(title: string): string {
  for (const { en, title: korean } of Object.values(TOLD_IN_KOREAN)) {
    if (en === title) return korean;
    if (korean.includes('{') && title.startsWith(en))
      return korean.replace(/\{\w+\}/, () => englishTitle(title.slice(en.length)));
  }
  return phrase(title);
}

/** The name of a data type. */
export function dataTypeName(title: string): string {
  return dataTypes[title] ?? title;
}

/** A sentence or a part of one that has a known form; anything else as it is. */
export function phrase(text: string): string {
  for (const [form, korean] of forms()) {
    const found = form.exec(text);
    if (found !== null) return korean.replace(/\{(\d)\}/g, (_, n: string) => figure(found[Number(n) + 1] ?? ''));
  }
  return text;
}

/** FNV-1a over what happened, why and what to do: enough to notice that a text is another one. */
export function fingerprint(...texts: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const character of texts.join('\n')) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return hash.toString(36);
}

function isShipped({ detection, whatHappenedTemplate = '', why, whatToDo }: Tale): boolean {
  const shipped = SHIPPED[detection]?.split(' ') ?? [];
  return shipped.includes(fingerprint(whatHappenedTemplate, why, whatToDo));
}

let compiled: readonly (readonly [RegExp, string])[] | undefined;

function forms(): readonly (readonly [RegExp, string])[] {
  compiled ??= [...phrases, ...findings].map(([english, korean]) => {
    const pattern = english
      .split(/\{\d\}/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('(.+?)');
    return [new RegExp(`^${pattern}$`), korean] as const;
  });
  return compiled;
}

/** What is put into sentences: lists of known words, names of detections. */
export function figure(text: string): string {
  const whole = englishTitle(text);
  if (whole !== text || !text.includes(', ')) return whole;
  return text.split(', ').map(phrase).join(', ');
}

function isFilled(template: string, figures: Tale['figures']): boolean {
  return [...template.matchAll(/\{(\w+)\}/g)].every(
    ([, name]) => (name === 'window' ? figures.windowSeconds : figures[name!]) !== undefined,
  );
}

function fill(template: string, figures: Tale['figures']): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'window' ? duration(Number(figures.windowSeconds)) : figure(String(figures[name])),
  );
}

function duration(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const)
    if (seconds >= size && seconds % size === 0)
      return (seconds / size).toLocaleString('ko', { style: 'unit', unit, unitDisplay: 'long' });
  return seconds.toLocaleString('ko', { style: 'unit', unit: 'second', unitDisplay: 'long' });
}
