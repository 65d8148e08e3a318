// What a person chose on this machine: language and theme. Kept in the browser, applied to the document.
import { Store } from './store.ts';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const language = new Store<Language>(
  kept('language', LANGUAGES) ?? (navigator.language.startsWith('ko') ? 'ko' : 'en'),
);
export const theme = new Store<Theme>(kept('theme', THEMES) ?? 'system');

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

export function isDark(): boolean {
  return theme.value === 'dark' || (theme.value === 'system' && prefersDark.matches);
}

export function applyPreferences(): void {
  const apply = (): void => {
    document.documentElement.lang = language.value;
    document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  };
  language.follow(() => {
    keep('language', language.value);
    apply();
  });
  theme.follow(() => {
    keep('theme', theme.value);
    apply();
  });
  prefersDark.addEventListener('change', () => {
    apply();
    // Charts are drawn, not styled: they follow the theme by being drawn again.
    repaint.set(repaint.value + 1);
  });
  apply();
}

/** Counts changes that only drawn things need to know of. */
export const repaint = new Store(0);

export function kept<T extends string>(name: string, allowed: readonly T[]): T | undefined {
  const value = readKept(name);
  return allowed.find((one) => one === value);
}

export function readKept(name: string): string | undefined {
  try {
    return localStorage.getItem(`sallyport.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`sallyport.${name}`, value);
  } catch {
    // Private windows may have no storage; the choice then lasts as long as the page.
  }
}
