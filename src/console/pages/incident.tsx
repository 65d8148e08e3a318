// One incident: what happened, why it matters, what to do; the evidence; and everything a person can do about it.
import { useState } from 'preact/hooks';
import { type Actor, actorKey } from '../../core/actor.ts';
import { type Evidence, INCIDENT_STATUSES, type Incident } from '../../core/incident.ts';
import { call, may, session } from '../api.ts';
import { BlockDialog } from '../components/block-dialog.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Findings, Message, type ShownFinding } from '../components/evidence.tsx';
import { ExceptionDialog } from '../components/exception-dialog.tsx';
import { Figures } from '../components/figures.tsx';
import {
  ActionBadge,
  Ago,
  actorHref,
  Confidence,
  Copyable,
  Endpoint,
  endpointHref,
  Facts,
  Page,
  Panel,
  ResultBadge,
  Select,
  SeverityBadge,
} from '../components/parts.tsx';
import { Proposals } from '../components/proposals.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { bytes, clock, dateTime, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';

interface Explained {
  readonly findings: readonly ShownFinding[];
  readonly rule: string;
  readonly policyVersion: string;
  readonly smallestException: string;
}

export function IncidentPage({ id }: { readonly id: string }) {
  const incident = useResource<Incident>(`/incidents/${encodeURIComponent(id)}`, ['incident', 'proposal']);
  return (
    <Loaded of={incident} lines={10}>
      {(data) => <Whole of={data} reload={incident.reload} />}
    </Loaded>
  );
}

function Whole({ of, reload }: { readonly of: Incident; readonly reload: () => void }) {
  const [open, setOpen] = useState<'block' | 'exception' | 'assign' | undefined>();
  const trigger = of.evidence.findLast(({ position }) => position === 'trigger') ?? of.evidence[0];
  const explained = useResource<Explained>(trigger === undefined ? undefined : `/explain/${trigger.transactionId}`);
  const change = async (edit: object): Promise<void> => {
    try {
      await call('PATCH', `/incidents/${of.id}`, edit);
      reload();
    } catch (error) {
      sayError(error);
    }
  };
  const isAnalyst = may('analyst');
  return (
    <Page
      title={of.title}
      tools={
        <>
          <Select
            label={t('column.status')}
            value={of.status}
            isDisabled={!isAnalyst}
            options={INCIDENT_STATUSES.map((status) => [status, wordFor('status', status)] as const)}
            onChange={(status) => void change({ status })}
          />
          {isAnalyst && (
            <>
              <button type="button" class="button" onClick={() => setOpen('assign')}>
                {of.assignee === undefined ? t('incident.assign') : t('incident.assigned', { name: of.assignee })}
              </button>
              <button type="button" class="button" onClick={() => setOpen('exception')}>
                {t('incident.false')}
              </button>
              {of.actors.length > 0 && (
                <button type="button" class="button danger" onClick={() => setOpen('block')}>
                  {t('incident.block')}
                </button>
              )}
            </>
          )}
        </>
      }
    >
      <div class="row wrap">
        <SeverityBadge severity={of.severity} />
        <ResultBadge result={of.result} />
        <span class="badge">{wordFor('family', of.family)}</span>
        {of.owasp.map((one) => (
          <span class="badge accent" key={one}>
            {one}
          </span>
        ))}
        <Confidence percent={of.confidencePercent} />
        <span class="muted">
          {t('incident.times', { n: number(of.count) })} · <Ago at={of.lastSeen} />
        </span>
        <span class="mono muted small">{of.id}</span>
      </div>
      {of.mergedInto !== undefined && (
        <div class="note">
          {t('incident.merged')} <a href={`/incidents/${of.mergedInto}`}>{of.mergedInto}</a>
        </div>
      )}
      <Proposals incident={of.id} />
      <div class="grid">
        <div class="wide stack">
          <Panel title={t('incident.what')}>
            <div class="stack">
              <p class="break">{of.whatHappened}</p>
              <div>
                <h3>{t('incident.why')}</h3>
                <p class="break">{of.why}</p>
              </div>
              <div>
                <h3>{t('incident.todo')}</h3>
                <p class="break">{of.whatToDo}</p>
              </div>
            </div>
          </Panel>
          <EvidencePanel of={of.evidence} />
        </div>
        <div class="third stack">
          <Panel title={t('incident.figures')}>
            <Figures of={of.figures} />
          </Panel>
          <Panel title={t('incident.facts')}>
            <IncidentFacts of={of} />
          </Panel>
          <Comments of={of} onAdd={(comment) => change({ comment })} />
          <Panel title={t('incident.history')}>
            <ul class="list small">
              {[...of.history].reverse().map((one, i) => (
                <li key={i} class="row spread top">
                  <span class="break">
                    {wordFor('change', one.what)}
                    {one.to !== undefined && <strong> {wordFor('status', one.to)}</strong>}
                    <span class="muted"> · {one.by}</span>
                  </span>
                  <span class="muted nowrap">
                    <Ago at={one.at} />
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
      {open === 'block' && (
        <BlockDialog
          actors={of.actors}
          reason={`${of.title} (${of.id})`}
          onClose={() => setOpen(undefined)}
          onDone={reload}
        />
      )}
      {open === 'exception' && (
        <ExceptionDialog
          yaml={explained.data?.smallestException || plainException(of)}
          onClose={() => setOpen(undefined)}
          onMark={() => change({ status: 'false-positive' })}
        />
      )}
      {open === 'assign' && (
        <Assign
          of={of}
          onClose={() => setOpen(undefined)}
          onAssign={(assignee) => {
            setOpen(undefined);
            void change({ assignee });
          }}
        />
      )}
    </Page>
  );
}

function EvidencePanel({ of }: { readonly of: readonly Evidence[] }) {
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
                {one.detections.length > 0 && <span class="small muted ellipsis">{one.detections.join(', ')}</span>}
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

function IncidentFacts({ of }: { readonly of: Incident }) {
  return (
    <Facts
      of={[
        [
          t('column.actor'),
          of.actors.length === 0
            ? '–'
            : of.actors.map((actor: Actor) => (
                <div key={actorKey(actor)} class="break">
                  <span class="muted small">{wordFor('actor', actor.kind)}</span>{' '}
                  <a href={actorHref(actorKey(actor))}>{actor.id}</a>
                </div>
              )),
        ],
        [
          t('column.endpoint'),
          of.endpoints.map((one) => (
            <div key={one}>
              <a href={endpointHref(one)}>
                <Endpoint id={one} />
              </a>
            </div>
          )),
        ],
        [
          t('incident.detections'),
          of.detections.map(([detection, count]) => (
            <div key={detection}>
              <a href={`/incidents?detection=${detection}`}>{detection}</a>{' '}
              <span class="muted numeric">× {number(count)}</span>
            </div>
          )),
        ],
        of.cwe.length > 0 ? ['CWE', of.cwe.join(', ')] : undefined,
        [t('incident.codes'), of.responseCodes.map(([code, count]) => `${code} × ${number(count)}`).join(', ') || '–'],
        [t('incident.first'), dateTime(of.firstSeen)],
        [t('incident.last'), dateTime(of.lastSeen)],
        [t('incident.route'), of.environment],
        of.tickets.length > 0 ? [t('incident.tickets'), of.tickets.join(', ')] : undefined,
        of.tags.length > 0 ? [t('incident.tags'), of.tags.join(', ')] : undefined,
      ]}
    />
  );
}

function Comments({ of, onAdd }: { readonly of: Incident; readonly onAdd: (text: string) => Promise<void> }) {
  return (
    <Panel title={t('incident.comments')}>
      <div class="stack">
        {of.comments.map(({ at, by, text }) => (
          <div key={at}>
            <p class="small muted">
              {by} · <Ago at={at} />
            </p>
            <p class="break">{text}</p>
          </div>
        ))}
        {may('analyst') && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const form = event.currentTarget;
              const text = String(new FormData(form).get('comment')).trim();
              if (text === '') return;
              void onAdd(text).then(() => form.reset());
            }}
          >
            <textarea
              name="comment"
              rows={2}
              maxLength={4_000}
              required
              aria-label={t('incident.comment')}
              placeholder={t('incident.comment')}
            />
            <div class="actions">
              <button type="submit" class="button">
                {t('incident.comment.add')}
              </button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}

function Assign(props: {
  readonly of: Incident;
  readonly onClose: () => void;
  readonly onAssign: (name: string | null) => void;
}) {
  return (
    <Dialog title={t('incident.assign')} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name')).trim();
          props.onAssign(name === '' ? null : name);
          if (name !== '') say(t('incident.assigned', { name }));
        }}
      >
        <label class="field">
          {t('incident.assign.name')}
          <input name="name" maxLength={100} autofocus defaultValue={props.of.assignee ?? session.value?.name ?? ''} />
        </label>
        <div class="actions">
          {props.of.assignee !== undefined && (
            <button type="button" class="button" onClick={() => props.onAssign(null)}>
              {t('incident.unassign')}
            </button>
          )}
          <button type="submit" class="button main">
            {t('incident.assign')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Where no finding says the place: the detection at its endpoint. */
function plainException({ id, detection, endpoint }: Incident): string {
  const lines = [
    'kind: exception',
    `id: fp-${id}`,
    `detector: ${detection}`,
    ...(endpoint === '*' ? [] : ['match:', `  endpoint: ${JSON.stringify(endpoint)}`]),
    `reason: ${t('exception.reason')}`,
  ];
  return `${lines.join('\n')}\n`;
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
