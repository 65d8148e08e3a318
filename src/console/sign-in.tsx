// The door: name and password, the token that the first start printed, or an identity provider.
import { useEffect, useState } from 'preact/hooks';
import { type ApiError, get, signIn, withQuery } from './api.ts';
import { LanguageButton, ThemeButton } from './components/choices.tsx';
import { Gate } from './components/icons.tsx';
import { Field } from './components/parts.tsx';
import { filterBy, usePlace } from './router.ts';
import { t, wordFor } from './words.ts';

interface Provider {
  readonly id: string;
  readonly label: string;
  readonly href: string;
}

export function SignIn() {
  const place = usePlace();
  const [isByToken, setByToken] = useState(false);
  const [problem, setProblem] = useState(() => {
    const refused = place.query.get('refused');
    return refused === null ? '' : wordFor('refused', refused);
  });
  const [isBusy, setBusy] = useState(false);
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  useEffect(() => {
    document.title = `${t('signin.title')} · Sallyport`;
    filterBy({ refused: undefined });
    get<{ items: readonly Provider[] }>('/session/providers').then(
      ({ items }) => setProviders(items),
      () => undefined,
    );
  }, []);
  const view = location.pathname + location.search;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    try {
      const text = (name: string): string => String(given.get(name) ?? '').trim();
      await signIn(
        isByToken ? { token: text('token') } : { name: text('name'), password: String(given.get('password')) },
      );
    } catch (error) {
      const { status, message } = error as ApiError;
      setProblem(
        status === 401
          ? t('signin.wrong')
          : status === 429
            ? t('signin.locked')
            : status === 0
              ? t('state.unreachable')
              : message,
      );
      setBusy(false);
    }
  };
  return (
    <main class="gate" id="main" tabIndex={-1}>
      <div class="picture">
        <div class="brand">
          <Gate />
          Sallyport
        </div>
        <p>{t('signin.promise')}</p>
        <Gate isLarge />
      </div>
      <div class="form">
        <div class="corner">
          <LanguageButton />
          <ThemeButton />
        </div>
        <h1>{t('signin.title')}</h1>
        {providers.map(({ id, label, href }) => (
          <div class="stack" key={id}>
            <a class="button main" href={withQuery(href, { to: view })}>
              {t('signin.at', { label })}
            </a>
            <p class="or muted small">{t('signin.or')}</p>
          </div>
        ))}
        <form onSubmit={submit} key={isByToken ? 'token' : 'password'}>
          {isByToken ? (
            <Field label={t('signin.token')} hint={t('signin.token.hint')}>
              <input name="token" type="password" required autocomplete="off" autofocus spellcheck={false} />
            </Field>
          ) : (
            <>
              <Field label={t('signin.name')}>
                <input
                  name="name"
                  required
                  autocomplete="username"
                  autofocus
                  spellcheck={false}
                  autocapitalize="none"
                />
              </Field>
              <Field label={t('signin.password')}>
                <input name="password" type="password" required autocomplete="current-password" />
              </Field>
            </>
          )}
          {problem !== '' && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" class={`button ${providers.length === 0 ? 'main' : ''}`} disabled={isBusy}>
            {t('signin.go')}
          </button>
        </form>
        <div>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              setByToken(!isByToken);
              setProblem('');
            }}
          >
            {isByToken ? t('signin.with.password') : t('signin.with.token')}
          </button>
        </div>
      </div>
    </main>
  );
}
