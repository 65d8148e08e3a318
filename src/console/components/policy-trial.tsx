// A draft is tried before it is in force: its unit tests, a backtest on recorded traffic, and beside the live policy in the shadow.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, call, get, may } from '../api.ts';
import { number, percent } from '../format.ts';
import { reasonOf } from '../refusal.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';
import { act } from './act.ts';
import { type Comparison, ComparisonReport } from './comparison.tsx';
import { Form, Problem } from './form.tsx';
import { Ago, Field } from './parts.tsx';
import { Loaded, Wait } from './states.tsx';

const POLL_MS = 1_000;
const SINCE_HOURS = [1, 24, 168] as const;
const SHARES = [0.1, 0.5, 1] as const;

interface TestReport {
  readonly suites: number;
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly {
    readonly suite: string;
    readonly name: string;
    readonly line: number;
    readonly differences: readonly string[];
    readonly isOfDraft: boolean;
  }[];
}

export function DraftTests({ text }: { readonly text: string }) {
  const [report, setReport] = useState<TestReport>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    let isCurrent = true;
    setReport(undefined);
    setError(undefined);
    call<TestReport>('POST', '/policy-tests', { documents: text }).then(
      (found) => isCurrent && setReport(found),
      (problem: ApiError) => isCurrent && setError(problem),
    );
    return () => {
      isCurrent = false;
    };
  }, [text]);
  if (error !== undefined) return <Problem text={reasonOf(error)} faults={error.faults ?? []} />;
  if (report === undefined)
    return (
      <div class="stack" aria-busy="true">
        <p class="muted">{t('trial.tests.running')}</p>
        <Wait lines={3} />
      </div>
    );
  const { suites, passed, failed, cases } = report;
  return (
    <div class="stack">
      <p class={`note ${failed > 0 ? 'bad' : 'good'}`} role="status">
        {t('trial.tests.result', { passed: number(passed), failed: number(failed), suites: number(suites) })}
      </p>
      {!cases.some(({ isOfDraft }) => isOfDraft) && <p class="muted">{t('trial.tests.none')}</p>}
      <ul class="list">
        {cases.map(({ suite, name, line, differences, isOfDraft }) => (
          <li key={`${suite} ${name} ${line}`} class="row top">
            <span class={`badge ${differences.length === 0 ? 'good' : 'critical'}`}>
              {t(differences.length === 0 ? 'trial.passed' : 'trial.failed')}
            </span>
            <span class="grow break">
              {name}
              <span class="muted small">
                {' '}
                · {suite}
                {isOfDraft ? `:${line}` : ''}
              </span>
              {differences.map((difference) => (
                <span key={difference} class="mono small" style={{ display: 'block' }}>
                  {difference}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Backtest {
  readonly id: string;
  readonly status: 'running' | 'done' | 'failed';
  readonly report?: Comparison;
  readonly reason?: string;
}

export function DraftBacktest({ text }: { readonly text: string }) {
  const [running, setRunning] = useState<Backtest>();
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const follow = (id: string): void => {
    get<Backtest>(`/backtests/${id}`).then(
      (now) => {
        setRunning(now);
        if (now.status === 'running') timer.current = window.setTimeout(() => follow(id), POLL_MS);
      },
      () => {
        timer.current = window.setTimeout(() => follow(id), POLL_MS);
      },
    );
  };
  return (
    <div class="stack">
      <p>{t('trial.backtest.more')}</p>
      <Form
        go={t('trial.backtest.go')}
        onSubmit={async (given) => {
          clearTimeout(timer.current);
          const wanted = { documents: text, sinceHours: Number(given('hours')) };
          const started = await call<Backtest>('POST', '/backtests', wanted);
          setRunning(started);
          follow(started.id);
        }}
      >
        <Field label={t('trial.since')}>
          <select name="hours">
            {SINCE_HOURS.map((hours) => (
              <option key={hours} value={hours} selected={hours === 24}>
                {t('filter.hours', { n: hours })}
              </option>
            ))}
          </select>
        </Field>
      </Form>
      {running?.status === 'running' && (
        <div class="stack" role="status">
          <p class="muted">{t('trial.backtest.running')}</p>
          <progress />
        </div>
      )}
      {running?.status === 'failed' && <Problem text={running.reason ?? ''} />}
      {running?.status === 'done' && running.report !== undefined && <ComparisonReport of={running.report} />}
    </div>
  );
}

interface Shadow {
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly share: number;
  readonly isComparing?: boolean;
  readonly candidate: string;
  readonly report: Comparison;
}

export function DraftShadow({ text }: { readonly text: string }) {
  const state = useResource<{ running: Shadow | null; last: (Shadow & { end: string; endedAt: number }) | null }>(
    '/policies/shadow',
    ['shadow', 'policy'],
    10_000,
  );
  const change = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    await act(work, done);
    state.reload();
  };
  return (
    <Loaded of={state}>
      {({ running, last }) => (
        <div class="stack">
          <p>{t('trial.shadow.more')}</p>
          {running === null ? (
            <>
              {may('analyst') && (
                <Form
                  go={t('trial.shadow.go')}
                  onSubmit={async (given) => {
                    await call('POST', '/policies/shadow', {
                      documents: text,
                      share: Number(given('share')),
                      hours: Number(given('hours')),
                    });
                    state.reload();
                  }}
                >
                  <div class="row wrap">
                    <Field label={t('trial.share')}>
                      <select name="share">
                        {SHARES.map((share) => (
                          <option key={share} value={share}>
                            {percent(share)}
                          </option>
                        ))}
                      </select>
                    </Field>
                    <Field label={t('trial.for')}>
                      <select name="hours">
                        {SINCE_HOURS.map((hours) => (
                          <option key={hours} value={hours} selected={hours === 24}>
                            {t('trial.hours', { n: hours })}
                          </option>
                        ))}
                      </select>
                    </Field>
                  </div>
                </Form>
              )}
              {last !== null && (
                <p class="muted">
                  {wordFor('shadow', last.end)} · <span class="mono">{last.candidate}</span> · <Ago at={last.endedAt} />
                </p>
              )}
            </>
          ) : (
            <>
              <div class="note">
                <span class="grow">
                  <strong>{t(running.isComparing === false ? 'trial.shadow.over' : 'trial.shadow.running')}</strong>{' '}
                  <span class="mono">{running.candidate}</span>
                  <span class="muted small" style={{ display: 'block' }}>
                    {running.by} · {percent(running.share)} · {t('trial.until')} <Ago at={running.until} />
                  </span>
                </span>
                {may('analyst') && (
                  <button
                    type="button"
                    class="button"
                    onClick={() => void change(() => call('DELETE', '/policies/shadow'), t('trial.shadow.dropped'))}
                  >
                    {t('trial.shadow.drop')}
                  </button>
                )}
              </div>
              <ComparisonReport of={running.report} />
              {may('admin') && (
                <Form
                  go={t('trial.shadow.promote')}
                  onSubmit={async (given) => {
                    await call('POST', '/policies/shadow/promote', { reason: given('reason') });
                    state.reload();
                  }}
                >
                  <Field label={t('block.reason')} hint={t('trial.shadow.promote.hint')}>
                    <input name="reason" required maxLength={500} />
                  </Field>
                </Form>
              )}
            </>
          )}
        </div>
      )}
    </Loaded>
  );
}
