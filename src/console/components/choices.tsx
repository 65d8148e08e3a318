// Language and theme, chosen in the bar, at sign-in and in the settings.
import { LANGUAGES, language, type Theme, theme } from '../preferences.ts';
import { useStore } from '../store.ts';
import { t, wordFor } from '../words.ts';
import { Icon, type IconName } from './icons.tsx';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const LOOK: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' };

export function ThemeButton() {
  const chosen = useStore(theme);
  const label = `${t('theme')}: ${wordFor('theme', chosen)}`;
  return (
    <button type="button" class="button quiet" title={label} aria-label={label} onClick={() => theme.set(NEXT[chosen])}>
      <Icon name={LOOK[chosen]} />
    </button>
  );
}

export function LanguageButton() {
  const chosen = useStore(language);
  const other = LANGUAGES.find((one) => one !== chosen)!;
  const name = { en: 'English', ko: '한국어' }[other];
  return (
    <button type="button" class="button quiet language" lang={other} title={name} onClick={() => language.set(other)}>
      {{ en: 'EN', ko: '한국어' }[other]}
    </button>
  );
}
