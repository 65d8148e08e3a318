// Keeps an actor out for a time, after showing whom else that would meet.
import { useState } from 'preact/hooks';
import { type Actor, actorKey } from '../../core/actor.ts';
import type { ActorProfile } from '../../core/actor-profile.ts';
import { call } from '../api.ts';
import { duration, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Form, type Given } from './form.tsx';
import { Field } from './parts.tsx';
import { say } from './toasts.tsx';

const DURATIONS = [900, 3_600, 86_400, 604_800, 2_592_000] as const;

export function BlockDialog(props: {
  readonly actors: readonly Pick<Actor, 'kind' | 'id'>[];
  readonly reason: string;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}) {
  const [chosen, setChosen] = useState(actorKey(props.actors[0]!));
  const { data } = useResource<ActorProfile & { objection?: string }>(`/actors/${encodeURIComponent(chosen)}`);
  const restrict = async (given: Given): Promise<void> => {
    const actor = props.actors.find((one) => actorKey(one) === chosen)!;
    const action = given('action');
    await call('POST', '/restrictions', {
      actor: { kind: actor.kind, id: actor.id },
      action,
      ...(action === 'rate-limit' ? { requestsPerMinuteMax: 30 } : {}),
      durationSeconds: Number(given('duration')),
      reason: given('reason'),
    });
    say(t('block.done', { actor: actor.id }));
    props.onDone?.();
    props.onClose();
  };
  return (
    <Dialog title={t('block.title')} onClose={props.onClose}>
      <Form
        go={t('block.go')}
        look="danger"
        more={
          <button type="button" class="button" onClick={props.onClose}>
            {t('cancel')}
          </button>
        }
        onSubmit={restrict}
      >
        <Field label={t('block.who')}>
          <select name="actor" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {props.actors.map((actor) => (
              <option key={actorKey(actor)} value={actorKey(actor)}>
                {wordFor('actor', actor.kind)} {actor.id}
              </option>
            ))}
          </select>
        </Field>
        {data !== undefined && (
          <div class={`note ${data.objection !== undefined ? 'bad' : data.othersPerDay > 3 ? 'warn' : 'good'}`}>
            <span>
              {data.objection !== undefined
                ? t('block.objection', { why: data.objection })
                : data.othersPerDay === 0
                  ? t('block.alone')
                  : t('block.others', { n: number(data.othersPerDay) })}
            </span>
          </div>
        )}
        <div class="row wrap">
          <Field label={t('block.action')}>
            <select name="action">
              <option value="block">{t('block.action.block')}</option>
              <option value="rate-limit">{t('block.action.rate')}</option>
              <option value="tag">{t('block.action.tag')}</option>
            </select>
          </Field>
          <Field label={t('block.duration')}>
            <select name="duration">
              {DURATIONS.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {duration(seconds)}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <Field label={t('block.reason')}>
          <input name="reason" required maxLength={500} defaultValue={props.reason} />
        </Field>
      </Form>
    </Dialog>
  );
}
