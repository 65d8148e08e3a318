// What was sent and answered, as text: findings marked at their places, masked values shown as masked. Nothing of it is ever
// markup: it is what an attacker wrote.

import { type ComponentChildren, Fragment } from 'preact';
import type { EvidenceMessage } from '../../core/incident.ts';
import { detectionName, phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';

export interface Mark {
  readonly location: string;
  readonly pointer: string;
}

export function Message(props: {
  readonly start: string;
  readonly message: EvidenceMessage | undefined;
  readonly marks: readonly Mark[];
}) {
  const { start, message, marks } = props;
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < (message?.rawHeaders.length ?? 0); i += 2)
    lines.push([message!.rawHeaders[i]!, message!.rawHeaders[i + 1]!]);
  const marked = new Set(
    marks
      .filter(({ location }) => location === 'header' || location === 'cookie')
      .map(({ pointer }) => pointer.slice(1).toLowerCase()),
  );
  return (
    <pre class="code" tabIndex={0}>
      <strong>{start}</strong>
      {lines.map(([name, value], i) => (
        <Fragment key={i}>
          {'\n'}
          <span class="muted">{name}: </span>
          {marked.has(name.toLowerCase()) ? <mark>{value}</mark> : <Masked text={value} />}
        </Fragment>
      ))}
      {message !== undefined && message.body !== '' && (
        <>
          {'\n\n'}
          <Body text={message.body} marks={marks.filter(({ location }) => location === 'body')} />
          {message.isTruncated && <span class="muted">{`\n${t('evidence.cut')}`}</span>}
        </>
      )}
    </pre>
  );
}

function Body({ text, marks }: { readonly text: string; readonly marks: readonly Mark[] }) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return <Masked text={text} />;
  }
  return (
    <Json
      value={value}
      at=""
      depth={0}
      marks={new Set(marks.map(({ pointer }) => pointer.replace(/\/\d+(?=\/|$)/g, '/*')))}
    />
  );
}

const DEPTH_MAX = 30;

function Json(props: {
  readonly value: unknown;
  readonly at: string;
  readonly depth: number;
  readonly marks: ReadonlySet<string>;
}): ComponentChildren {
  const { value, at, depth, marks } = props;
  const indent = '  '.repeat(depth + 1);
  const shown = ((): ComponentChildren => {
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX)
      return <Masked text={JSON.stringify(value)} />;
    const isList = Array.isArray(value);
    const entries = isList ? value.map((one, i) => [String(i), one] as const) : Object.entries(value);
    if (entries.length === 0) return isList ? '[]' : '{}';
    return (
      <>
        {isList ? '[' : '{'}
        {entries.map(([key, one], i) => (
          <Fragment key={key}>
            {`\n${indent}`}
            {!isList && <span class="muted">{`${JSON.stringify(key)}: `}</span>}
            <Json
              value={one}
              at={`${at}/${isList ? '*' : key.replaceAll('~', '~0').replaceAll('/', '~1')}`}
              depth={depth + 1}
              marks={marks}
            />
            {i < entries.length - 1 ? ',' : ''}
          </Fragment>
        ))}
        {`\n${'  '.repeat(depth)}${isList ? ']' : '}'}`}
      </>
    );
  })();
  return at !== '' && marks.has(at) ? <mark>{shown}</mark> : <>{shown}</>;
}

/** Runs of stars stand for what was taken out before anything was stored. */
function Masked({ text }: { readonly text: string }) {
  const parts = text.split(/(\[[a-z-]+\]|[*•]{3,}[\w*•.@-]*)/);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <span class="masked" key={i}>
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </>
  );
}

export interface ShownFinding {
  readonly detection: string;
  readonly location: string;
  readonly pointer: string;
  readonly what: string;
  readonly shape?: string;
  readonly confidence: number;
  readonly action: string;
  readonly threshold?: number;
  readonly count?: number;
  readonly dataType?: string;
  readonly policy: { readonly kind: string; readonly id: string; readonly file: string; readonly line: number };
}

export function Findings({ of }: { readonly of: readonly ShownFinding[] }) {
  return (
    <div class="scroll-x">
      <table class="plain-table cards">
        <thead>
          <tr>
            <th>{t('finding.what')}</th>
            <th>{t('finding.where')}</th>
            <th>{t('finding.action')}</th>
            <th>{t('finding.policy')}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((finding, i) => (
            <tr key={i}>
              <td>
                <span class="strong">{detectionName(finding.detection)}</span>{' '}
                <span class="mono small muted">{finding.detection}</span>
                <div>{phrase(finding.what)}</div>
                {finding.shape !== undefined && (
                  <div class="mono small muted break" title={t('finding.shape')}>
                    {finding.shape}
                  </div>
                )}
              </td>
              <td class="mono break" data-label={t('finding.where')}>
                {wordFor('location', finding.location)} {finding.pointer}
                {finding.dataType !== undefined && <div class="muted small">{finding.dataType}</div>}
                {(finding.count ?? 1) > 1 && <div class="muted small">× {finding.count}</div>}
              </td>
              <td data-label={t('finding.action')}>
                {wordFor('action', finding.action)}
                <div class="muted small numeric">{Math.round(finding.confidence * 100)}%</div>
              </td>
              <td class="break" data-label={t('finding.policy')}>
                {finding.policy.id}
                <div class="muted small">{finding.policy.kind}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
