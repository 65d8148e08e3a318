// A text field for policies: line numbers, colours, faults at their lines, and completion by the policy's schema. The text is a
// plain textarea, so that everything a browser offers for typing works; the colours are painted behind it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Fault, get } from '../api.ts';
import { t } from '../words.ts';
import { type Completions, completionsAt, kindAt, type Schema } from '../yaml-complete.ts';
import { paintedLine } from '../yaml-paint.ts';

const schemas = new Map<string, Promise<Schema | undefined>>();

function schemaOf(kind: string): Promise<Schema | undefined> {
  let known = schemas.get(kind);
  if (known === undefined) {
    known = get<Schema>(`/policy-schemas/${kind}`).catch(() => undefined);
    schemas.set(kind, known);
  }
  return known;
}

const LINE_PX = 20;
const CHARACTER_PX = 7.83;

export function YamlEditor(props: {
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
  readonly onSave?: () => void;
}) {
  const { text, faults, isReadOnly, onChange } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const paint = useRef<HTMLPreElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const [offered, setOffered] = useState<(Completions & { left: number; top: number }) | undefined>();
  const [at, setAt] = useState(0);
  const lines = useMemo(() => text.split('\n'), [text]);
  const faulty = new Map(faults.map((fault) => [fault.line, fault.message]));

  const follow = (): void => {
    const { scrollTop, scrollLeft } = area.current!;
    paint.current!.scrollTop = scrollTop;
    paint.current!.scrollLeft = scrollLeft;
    gutter.current!.scrollTop = scrollTop;
  };
  useEffect(follow, [text]);

  const offer = async (isAsked: boolean): Promise<void> => {
    const field = area.current!;
    const cursor = field.selectionStart;
    if (isReadOnly || cursor !== field.selectionEnd) return setOffered(undefined);
    const now = field.value;
    const kind = kindAt(now, cursor);
    const found = completionsAt(now, cursor, kind === undefined ? undefined : await schemaOf(kind));
    if (found === undefined || field.selectionStart !== cursor || (!isAsked && found.from === cursor))
      return setOffered(undefined);
    const before = now.slice(0, found.from);
    const row = before.split('\n').length;
    const column = found.from - before.lastIndexOf('\n') - 1;
    setAt(0);
    setOffered({
      ...found,
      left: Math.max(0, Math.min(12 + column * CHARACTER_PX - field.scrollLeft, field.clientWidth - 230)),
      top: 12 + row * LINE_PX - field.scrollTop,
    });
  };

  const put = (from: number, to: number, insert: string): void => {
    const field = area.current!;
    field.focus();
    field.setSelectionRange(from, to);
    // Through the browser, so that undo knows of it.
    if (!document.execCommand('insertText', false, insert)) {
      field.setRangeText(insert, from, to, 'end');
      onChange(field.value);
    }
  };

  const accept = (index: number): void => {
    const item = offered?.items[index];
    if (item === undefined) return;
    put(offered!.from, area.current!.selectionStart, item.insert);
    setOffered(undefined);
  };

  const pressed = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      props.onSave?.();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === ' ') {
      event.preventDefault();
      void offer(true);
      return;
    }
    if (offered !== undefined) {
      const { length } = offered.items;
      if (event.key === 'ArrowDown') setAt((at + 1) % length);
      else if (event.key === 'ArrowUp') setAt((at + length - 1) % length);
      else if (event.key === 'Enter' || event.key === 'Tab') accept(at);
      else if (event.key === 'Escape') setOffered(undefined);
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Enter' && !isReadOnly) {
      const field = area.current!;
      const line = field.value.slice(field.value.lastIndexOf('\n', field.selectionStart - 1) + 1, field.selectionStart);
      const indent = /^\s*/.exec(line)![0] + (/:\s*$/.test(line) ? '  ' : '');
      event.preventDefault();
      put(field.selectionStart, field.selectionEnd, `\n${indent}`);
    }
  };

  return (
    <div class="editor">
      <div class="gutter" ref={gutter} aria-hidden="true">
        {lines.map((_, i) => (
          <div key={i} class={faulty.has(i + 1) ? 'faulty' : ''} title={faulty.get(i + 1)}>
            {i + 1}
          </div>
        ))}
      </div>
      <div class="area">
        <pre class="paint" ref={paint} aria-hidden="true">
          {lines.map((line, i) => (
            <div key={i} class={faulty.has(i + 1) ? 'fault' : ''}>
              {line === ''
                ? '\n'
                : paintedLine(line).map(({ text: piece, look }, j) => (
                    <span key={j} class={look}>
                      {piece}
                    </span>
                  ))}
            </div>
          ))}
        </pre>
        <textarea
          ref={area}
          aria-label={t('policies.editor')}
          value={text}
          readOnly={isReadOnly}
          spellcheck={false}
          autocapitalize="none"
          wrap="off"
          onScroll={follow}
          onInput={(event) => {
            onChange(event.currentTarget.value);
            void offer(false);
          }}
          onKeyDown={pressed}
          onBlur={() => setTimeout(() => setOffered(undefined), 150)}
          onClick={() => setOffered(undefined)}
        />
        {offered !== undefined && (
          <ul
            class="completions"
            role="listbox"
            aria-label={t('policies.completions')}
            style={{ left: `${offered.left}px`, top: `${offered.top}px` }}
          >
            {offered.items.map(({ text: item, note }, i) => (
              <li
                key={item}
                role="option"
                aria-selected={i === at}
                onMouseDown={(event) => {
                  event.preventDefault();
                  accept(i);
                }}
              >
                <span>{item}</span>
                <small>{note}</small>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
