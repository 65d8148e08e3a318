// Small parts that every page uses.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Action, Severity } from '../../core/finding.ts';
import type { IncidentStatus } from '../../core/incident.ts';
import { ago, dateTime } from '../format.ts';
import { t, wordFor } from '../words.ts';
import { say } from './toasts.tsx';

export function Page(props: {
  readonly title: string;
  readonly lead?: string;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · Sallyport`;
  }, [props.title]);
  return (
    <div class="page">
      <header>
        <h1>{props.title}</h1>
        {props.tools !== undefined && <div class="row wrap">{props.tools}</div>}
        {props.lead !== undefined && <p class="lead">{props.lead}</p>}
      </header>
      {props.children}
    </div>
  );
}

export function Panel(props: {
  readonly title?: string;
  readonly more?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ''}`} aria-label={props.title}>
      {props.title !== undefined && (
        <header>
          <h2>{props.title}</h2>
          {props.more}
        </header>
      )}
      <div class="body">{props.children}</div>
    </section>
  );
}

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <span class={`badge ${severity}`}>{wordFor('severity', severity)}</span>;
}

const STATUS_LOOK: Readonly<Record<IncidentStatus, string>> = {
  open: 'high',
  'in-progress': 'low',
  resolved: 'good',
  'false-positive': '',
  accepted: '',
};

export function StatusBadge({ status }: { readonly status: IncidentStatus }) {
  return <span class={`badge ${STATUS_LOOK[status]}`}>{wordFor('status', status)}</span>;
}

const ACTION_LOOK: Readonly<Record<Action, string>> = { allow: '', tag: 'medium', mask: 'mask', block: 'critical' };

export function ActionBadge({ action }: { readonly action: Action }) {
  return <span class={`badge ${ACTION_LOOK[action]}`}>{wordFor('action', action)}</span>;
}

export function ResultBadge({ result }: { readonly result: 'attempt' | 'succeeded' }) {
  return <span class={`badge ${result === 'succeeded' ? 'critical' : ''}`}>{wordFor('result', result)}</span>;
}

/** Relative, kept true, with the exact time on demand. */
export function Ago({ at }: { readonly at: number }) {
  const [, render] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => render((n) => n + 1), 20_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}

export function Confidence({ percent }: { readonly percent: number }) {
  const look = percent >= 80 ? 'critical' : percent >= 50 ? 'high' : percent >= 20 ? 'medium' : '';
  return (
    <span class="confidence">
      <Meter share={percent / 100} look={look} />
      {percent}%
    </span>
  );
}

export function Meter({ share, look = '' }: { readonly share: number; readonly look?: string }) {
  return (
    <div class={`meter ${look}`} aria-hidden="true">
      <div style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </div>
  );
}

export function Segments<T extends string>(props: {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={props.label}>
      {props.options.map(([value, word]) => (
        <button type="button" key={value} aria-pressed={value === props.value} onClick={() => props.onChange(value)}>
          {word}
        </button>
      ))}
    </div>
  );
}

export function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
  readonly isDisabled?: boolean;
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      disabled={props.isDisabled === true}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      {props.options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
  );
}

export function Field(props: { readonly label: string; readonly hint?: string; readonly children: ComponentChildren }) {
  return (
    <label class="field">
      {props.label}
      {props.children}
      {props.hint !== undefined && <span class="hint">{props.hint}</span>}
    </label>
  );
}

export function Facts({ of }: { readonly of: readonly (readonly [string, ComponentChildren] | undefined)[] }) {
  return (
    <dl class="facts">
      {of
        .filter((one) => one !== undefined)
        .map(([name, value]) => [<dt key={`${name}:`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}

/** Text to take along, such as a command. */
export function Copyable({ text, isFlat = false }: { readonly text: string; readonly isFlat?: boolean }) {
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => say(t('copy.done')),
      () => say(t('copy.failed'), 'bad'),
    );
  };
  return (
    <div class="copy">
      <pre class={`code ${isFlat ? 'flat' : ''}`} tabIndex={0}>
        {text}
      </pre>
      <button type="button" class="button" onClick={copy}>
        {t('copy')}
      </button>
    </div>
  );
}

export function Bars(props: {
  /** What a full bar stands for; the largest value when absent. */
  readonly max?: number;
  readonly of: readonly {
    readonly key: string;
    readonly label: ComponentChildren;
    readonly value: number;
    readonly said?: string;
    readonly look?: string;
    /** A second line below the first. */
    readonly under?: ComponentChildren;
  }[];
}) {
  const max = props.max ?? Math.max(1, ...props.of.map(({ value }) => value));
  return (
    <ul class="bars">
      {props.of.map(({ key, label, value, said, look, under }) => (
        <li key={key}>
          <span class="ellipsis">{label}</span>
          <span class="numeric muted">{said ?? value}</span>
          {under !== undefined && <span class="under small muted ellipsis">{under}</span>}
          <Meter share={value / max} look={look ?? ''} />
        </li>
      ))}
    </ul>
  );
}

/** `GET shop.example.com/api/users/{id}` with the method set apart. What is about many is called by its host, if it has one. */
export function Endpoint({ id, host }: { readonly id: string; readonly host?: number | string | undefined }) {
  const space = id.indexOf(' ');
  if (space === -1) return <span class="mono">{id === '*' ? (host ?? t('endpoint.several')) : id}</span>;
  return (
    <span class="mono">
      <span class="method">{id.slice(0, space)}</span> {id.slice(space + 1)}
    </span>
  );
}

export function actorHref(key: string): string {
  return `/attackers/${encodeURIComponent(key)}`;
}

export function endpointHref(id: string): string {
  return `/endpoints/${encodeURIComponent(id)}`;
}
