// A filter that is typed: it acts when the typing pauses.
import { useEffect, useRef } from 'preact/hooks';
import { filterBy, usePlace } from '../router.ts';

const PAUSE_MS = 250;

export function TextFilter({ label, name = 'text' }: { readonly label: string; readonly name?: string }) {
  const { query } = usePlace();
  const value = query.get(name) ?? '';
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => {
    // Set from elsewhere, such as a saved filter; what is being typed is left alone.
    if (document.activeElement !== input.current) input.current!.value = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      ref={input}
      type="search"
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      onInput={(event) => {
        const text = event.currentTarget.value;
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => filterBy({ [name]: text }), PAUSE_MS);
      }}
    />
  );
}
