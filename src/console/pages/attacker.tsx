// One actor: how suspect and why, where from, what it did and touched, who it is linked with; and what may be done.
import { useState } from 'preact/hooks';
import type { ActorProfile, Sighting } from '../../core/actor-profile.ts';
import type { Restriction } from '../../core/restriction.ts';
import { call, may } from '../api.ts';
import { BlockDialog } from '../components/block-dialog.tsx';
import { Ago, actorHref, Bars, Confidence, Endpoint, endpointHref, Facts, Page, Panel } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { ago, clock, dateTime, networkName, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { englishTitle, phrase, restricted, titleOf } from '../told.ts';
import { t, wordFor } from '../words.ts';

export function Attacker({ id }: { readonly id: string }) {
  const actor = useResource<ActorProfile & { objection?: string }>(`/actors/${encodeURIComponent(id)}`, [
    'incident',
    'restrictions',
  ]);
  const restrictions = useResource<{ items: readonly Restriction[] }>('/restrictions', ['restrictions']);
  const [isBlocking, setBlocking] = useState(false);
  const found = restrictions.data?.items.find(({ actor: { kind, id: name } }) => `${kind}:${name}` === id);
  const restriction = found === undefined ? undefined : restricted(found);
  const free = async (): Promise<void> => {
    try {
      await call('DELETE', `/restrictions/${restriction!.id}`);
      say(t('block.undone'));
    } catch (error) {
      sayError(error);
    }
    restrictions.reload();
  };
  return (
    <Loaded of={actor} lines={8}>
      {(profile) => (
        <Page
          title={profile.actor.id}
          tools={
            may('analyst') &&
            (restriction === undefined ? (
              <button type="button" class="button danger" onClick={() => setBlocking(true)}>
                {t('incident.block')}
              </button>
            ) : (
              <button type="button" class="button" onClick={() => void free()}>
                {t('attacker.free')}
              </button>
            ))
          }
        >
          <div class="row wrap">
            <span class="badge">{wordFor('actor', profile.actor.kind)}</span>
            {!profile.actor.isVerified && profile.actor.kind !== 'ip' && (
              <span class="badge medium">{t('attacker.asserted')}</span>
            )}
            {profile.country !== undefined && <span class="badge">{profile.country}</span>}
            <Confidence percent={profile.confidencePercent} />
            <a href={`/transactions?actor=${encodeURIComponent(id)}`}>{t('attacker.transactions')}</a>
            <a href={`/incidents?actor=${encodeURIComponent(id)}`}>
              {t('count.incidents', { n: profile.incidents.length })}
            </a>
          </div>
          {restriction !== undefined && (
            <div class="note bad">
              <span>
                <strong>{wordFor('restricted', restriction.action)}</strong>{' '}
                {t('attacker.until', { when: dateTime(restriction.expiresAt), by: restriction.createdBy })}:{' '}
                {restriction.reason}
              </span>
            </div>
          )}
          {profile.objection !== undefined && (
            <div class="note">{t('block.objection', { why: phrase(profile.objection) })}</div>
          )}
          <div class="grid">
            <div class="half stack">
              <Panel title={t('attacker.why')}>
                {profile.addends.length === 0 ? (
                  <Empty title={t('attacker.why.none')} />
                ) : (
                  <Bars
                    max={100}
                    of={profile.addends.map((one, i) => ({
                      key: `${one.incident} ${one.detection} ${i}`,
                      value: one.percent,
                      look: one.percent >= 50 ? 'critical' : 'high',
                      said: `${number(one.percent)}% · ${wordFor('result', one.result)} · ${ago(one.at)}`,
                      label: <a href={`/incidents/${one.incident}`}>{titleOf(one.detection, one.title)}</a>,
                    }))}
                  />
                )}
              </Panel>
              <Panel title={t('attacker.timeline')}>
                {profile.timeline.length === 0 ? (
                  <Empty title={t('attacker.timeline.none')} />
                ) : (
                  <ol class="timeline">
                    {profile.timeline.map((entry, i) => (
                      <li key={i}>
                        <time dateTime={new Date(entry.at).toISOString()} title={dateTime(entry.at)}>
                          {clock(entry.at)}
                        </time>
                        <i class={entry.kind === 'incident' ? 'bad' : entry.kind === 'restriction' ? 'warn' : ''} />
                        <span class="break">
                          {entry.incident === undefined ? (
                            englishTitle(entry.text)
                          ) : (
                            <a href={`/incidents/${entry.incident}`}>{englishTitle(entry.text)}</a>
                          )}
                        </span>
                      </li>
                    ))}
                  </ol>
                )}
              </Panel>
              <Panel title={t('nav.endpoints')}>
                <Sightings of={profile.endpoints} hrefOf={endpointHref} isEndpoint />
              </Panel>
              <Panel title={t('attacker.addresses')}>
                <Sightings
                  of={profile.addresses.map((one) => ({
                    ...one,
                    what: [one.what, one.country, networkName(one.network)].filter(Boolean).join(' · '),
                  }))}
                />
              </Panel>
            </div>
            <div class="half stack">
              <Panel title={t('incident.facts')}>
                <Facts
                  of={[
                    [t('incident.first'), dateTime(profile.firstSeen)],
                    [t('incident.last'), dateTime(profile.lastSeen)],
                    [t('column.requests'), number(profile.transactions)],
                    [t('attacker.errors'), number(profile.errors)],
                    [t('tile.blocked'), number(profile.blocked)],
                    [t('attacker.network'), networkName(profile.network ?? '') || '–'],
                    [
                      t('attacker.others'),
                      profile.othersPerDay === 0
                        ? t('block.alone')
                        : t('block.others', { n: number(profile.othersPerDay) }),
                    ],
                  ]}
                />
              </Panel>
              <Panel title={t('attacker.linked')}>
                <Sightings of={profile.linked} hrefOf={actorHref} />
              </Panel>
              <Panel title={t('attacker.data')}>
                <Sightings of={profile.dataTypes} />
              </Panel>
              <Panel title={t('attacker.agents')}>
                <Sightings of={profile.userAgents} />
              </Panel>
            </div>
          </div>
          {isBlocking && (
            <BlockDialog
              actors={[profile.actor]}
              reason=""
              onClose={() => setBlocking(false)}
              onDone={restrictions.reload}
            />
          )}
        </Page>
      )}
    </Loaded>
  );
}

function Sightings(props: {
  readonly of: readonly Sighting[];
  readonly hrefOf?: (what: string) => string;
  readonly isEndpoint?: boolean;
}) {
  if (props.of.length === 0) return <p class="muted">{t('attacker.nothing')}</p>;
  return (
    <ul class="list">
      {props.of.map(({ what, count, lastSeen }) => {
        const text = props.isEndpoint === true ? <Endpoint id={what} /> : what;
        return (
          <li key={what} class="row spread">
            <span class="break grow">
              {props.hrefOf === undefined ? text : <a href={props.hrefOf(what)}>{text}</a>}
            </span>
            <span class="muted small nowrap numeric">
              × {number(count)} · <Ago at={lastSeen} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
