// This was no attack: the smallest exception that lets it pass, to be read, changed and put in force.
import { useState } from 'preact/hooks';
import { type ApiError, call, type Fault, may } from '../api.ts';
import { reasonOf } from '../refusal.ts';
import { t } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './form.tsx';
import { Copyable } from './parts.tsx';
import { say } from './toasts.tsx';

export function ExceptionDialog(props: {
  readonly yaml: string;
  readonly onClose: () => void;
  readonly onMark?: () => Promise<void>;
}) {
  const [yaml, setYaml] = useState(props.yaml);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const publish = async (): Promise<void> => {
    setBusy(true);
    setFaults([]);
    setProblem('');
    try {
      const { version } = await call<{ version: string }>('POST', '/exceptions', { yaml });
      await props.onMark?.();
      say(t('exception.live', { version }));
      props.onClose();
    } catch (error) {
      const refused = error as ApiError;
      setFaults(refused.faults ?? []);
      setProblem(reasonOf(refused));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('exception.title')} isWide onClose={props.onClose}>
      <div class="stack">
        <p>{t('exception.more')}</p>
        {may('admin') ? (
          <textarea
            class="mono"
            rows={Math.min(20, yaml.split('\n').length + 1)}
            spellcheck={false}
            aria-label={t('exception.title')}
            value={yaml}
            onInput={(event) => setYaml(event.currentTarget.value)}
          />
        ) : (
          <>
            <Copyable text={yaml} isFlat />
            <p class="muted">{t('exception.ask')}</p>
          </>
        )}
        {problem !== '' && <Problem text={problem} faults={faults} />}
        <div class="actions">
          {props.onMark !== undefined && (
            <button
              type="button"
              class="button"
              onClick={() => {
                void props.onMark!().then(props.onClose);
              }}
            >
              {t('exception.mark')}
            </button>
          )}
          {may('admin') && (
            <button type="button" class="button main" disabled={isBusy} onClick={() => void publish()}>
              {isBusy ? t('exception.checking') : t('exception.publish')}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
