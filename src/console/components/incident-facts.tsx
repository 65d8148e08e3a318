// What is known of an incident beside its story: facts, comments, who works on it, and its history.
import type { ComponentChildren } from 'preact';
import { type Actor, actorKey } from '../../core/actor.ts';
import { INCIDENT_STATUSES, type Incident, type IncidentChange } from '../../core/incident.ts';
import { may, session } from '../api.ts';
import { dateTime, number } from '../format.ts';
import { detectionName, phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Form } from './form.tsx';
import { Ago, actorHref, Endpoint, endpointHref, Facts, Field, Panel } from './parts.tsx';

export function IncidentFacts({ of }: { readonly of: Incident }) {
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
              <a href={`/incidents?detection=${detection}`} title={detection}>
                {detectionName(detection)}
              </a>{' '}
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

export function Comments({ of, onAdd }: { readonly of: Incident; readonly onAdd: (text: string) => Promise<void> }) {
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
          <Form
            go={t('incident.comment.add')}
            look=""
            isEmptiedAfter
            onSubmit={async (given) => {
              if (given('comment') !== '') await onAdd(given('comment'));
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
          </Form>
        )}
      </div>
    </Panel>
  );
}

export function IncidentHistory({ of }: { readonly of: Incident }) {
  return (
    <Panel title={t('incident.history')}>
      <ul class="list small">
        {[...of.history].reverse().map((one, i) => (
          <li key={i} class="row spread top">
            <span class="break">
              {wordFor('change', one.what)}
              <strong> {changedTo(one)}</strong>
              <span class="muted"> · {phrase(one.by)}</span>
            </span>
            <span class="muted nowrap">
              <Ago at={one.at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A status, or what else it became: a name, a restriction, another incident. */
function changedTo({ what, from, to }: IncidentChange): ComponentChildren {
  const other = what === 'merged' ? (to ?? from) : undefined;
  if (other !== undefined) return <a href={`/incidents/${other}`}>{other}</a>;
  if (to === undefined) return what === 'assignee' ? '–' : null;
  if (what === 'renamed') return detectionName(to);
  return INCIDENT_STATUSES.some((status) => status === to) ? wordFor('status', to) : phrase(to);
}

export function Assign(props: {
  readonly of: Incident;
  readonly onClose: () => void;
  readonly onAssign: (name: string | null) => Promise<void>;
}) {
  return (
    <Dialog title={t('incident.assign')} onClose={props.onClose}>
      <Form
        go={t('incident.assign')}
        more={
          props.of.assignee !== undefined && (
            <button type="button" class="button" onClick={() => void props.onAssign(null)}>
              {t('incident.unassign')}
            </button>
          )
        }
        onSubmit={(given) => props.onAssign(given('name') === '' ? null : given('name'))}
      >
        <Field label={t('incident.assign.name')}>
          <input name="name" maxLength={100} autofocus defaultValue={props.of.assignee ?? session.value?.name ?? ''} />
        </Field>
      </Form>
    </Dialog>
  );
}
