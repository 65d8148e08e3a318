// The keyboard: single keys where nobody types, and g followed by a letter to go somewhere.
import { useEffect, useRef } from 'preact/hooks';

export type Keys = Readonly<Record<string, () => void>>;

const SECOND_KEY_MS = 1_200;

/** `'g i'` is two keys one after the other. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let first: { key: string; at: number } | undefined;
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const pair = first !== undefined && Date.now() - first.at < SECOND_KEY_MS ? `${first.key} ${event.key}` : '';
      const act = latest.current[pair] ?? latest.current[event.key];
      const beginsPair = Object.keys(latest.current).some((name) => name.startsWith(`${event.key} `));
      first = beginsPair && latest.current[pair] === undefined ? { key: event.key, at: Date.now() } : undefined;
      if (act === undefined) return;
      // Enter on a link or a button is theirs.
      if (event.key === 'Enter' && (event.target as Element).closest?.('a, button') != null) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    (target as HTMLInputElement).type !== 'checkbox'
  );
}
