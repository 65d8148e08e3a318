// The session behind an incident as evidence: one transaction after the other, each whole, with its findings at their places.
import { useState } from 'preact/hooks';
import type { Evidence } from '../../core/incident.ts';
import { bytes, clock, dateTime, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { detectionName } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Findings, Message, type ShownFinding } from './evidence.tsx';
import { ActionBadge, Copyable, Panel } from './parts.tsx';
import { Empty } from './states.tsx';

export interface Explained {
  readonly findings: readonly ShownFinding[];
  readonly rule: string;
  readonly policyVersion: string;
  readonly smallestException: string;
}

export function EvidencePanel({ of }: { readonly of: readonly Evidence[] }) {
  const first = of.findLast(({ position }) => position === 'trigger') ?? of[0];
  const [chosen, setChosen] = useState(first?.transactionId);
  const shown = of.find(({ transactionId }) => transactionId === chosen) ?? first;
  if (shown === undefined)
    return (
      <Panel title={t('incident.evidence')}>
        <Empty icon="transactions" title={t('incident.evidence.none')} />
      </Panel>
    );
  return (
    <Panel title={t('incident.evidence')} more={<span class="muted">{t('incident.evidence.more')}</span>}>
      <div class="stack">
        <ol class="timeline bounded">
          {of.map((one) => (
            <li key={one.transactionId}>
              <time dateTime={new Date(one.at).toISOString()} title={dateTime(one.at)}>
                {clock(one.at)}
              </time>
              <i class={one.position === 'trigger' ? 'bad' : ''} />
              <button
                type="button"
                aria-pressed={one.transactionId === shown.transactionId}
                onClick={() => setChosen(one.transactionId)}
              >
                <span class="row">
                  <span class="mono ellipsis grow">
                    <span class="method">{one.method}</span> {one.path}
                  </span>
                  <span class="numeric muted">{one.status === 0 ? '–' : one.status}</span>
                  {one.action !== 'allow' && <ActionBadge action={one.action} />}
                </span>
                {one.detections.length > 0 && (
                  <span class="small muted ellipsis">{one.detections.map(detectionName).join(', ')}</span>
                )}
              </button>
            </li>
          ))}
        </ol>
        <OneTransaction key={shown.transactionId} of={shown} />
      </div>
    </Panel>
  );
}

function OneTransaction({ of }: { readonly of: Evidence }) {
  const explained = useResource<Explained>(`/explain/${of.transactionId}`);
  const findings = explained.data?.findings ?? [];
  return (
    <div class="stack">
      <div class="row wrap spread">
        <h3>{wordFor('position', of.position)}</h3>
        <a class="mono small" href={`/transactions/${of.transactionId}`}>
          {of.transactionId}
        </a>
      </div>
      {findings.length > 0 && <Findings of={findings} />}
      <div>
        <h3>{t('evidence.request')}</h3>
        <Message
          start={`${of.method} ${of.path}`}
          message={of.request}
          marks={findings.filter(({ location }) => location !== 'connection')}
        />
        <p class="muted small">
          {t('evidence.from', {
            address: of.clientAddress,
            agent: of.userAgent || '–',
            size: bytes(of.requestBodyBytes),
          })}
        </p>
      </div>
      <div>
        <h3>{t('evidence.response')}</h3>
        <Message
          start={of.status === 0 ? t('evidence.gone') : `HTTP ${of.status}`}
          message={of.response}
          marks={findings}
        />
        <p class="muted small">
          {t('evidence.took', { ms: number(of.durationMs, 1), size: bytes(of.responseBodyBytes) })}
        </p>
      </div>
      <div>
        <h3>{t('evidence.again')}</h3>
        <Copyable text={curlOf(of)} />
        <p class="muted small">{t('evidence.again.more')}</p>
      </div>
    </div>
  );
}

function curlOf({ method, host, path, request }: Evidence): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const headers: string[] = [];
  for (let i = 0; i + 1 < (request?.rawHeaders.length ?? 0); i += 2) {
    const name = request!.rawHeaders[i]!;
    if (!/^(?:host|content-length|connection|accept-encoding)$/i.test(name))
      headers.push(`-H ${quoted(`${name}: ${request!.rawHeaders[i + 1]}`)}`);
  }
  const body = request !== undefined && request.body !== '' ? [`--data-raw ${quoted(request.body)}`] : [];
  const start = `curl -i ${method === 'GET' ? '' : `-X ${method} `}${quoted(`http://${host}${path}`)}`;
  return [start, ...headers, ...body].join(' \\\n  ');
}
