// The person's own choices, and for admins: who may sign in, and which programs may call.
import { useState } from 'preact/hooks';
import { type ApiError, call, findSession, may, type Role, session } from '../api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, Copyable, Field, Page, Panel, Segments, Select } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { LANGUAGES, language, THEMES, theme } from '../preferences.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';
import { t, wordFor } from '../words.ts';

const ROLES = ['viewer', 'analyst', 'admin'] as const satisfies readonly Role[];

interface User {
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly lastSignIn?: number;
}

interface Token {
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
}

export function Settings() {
  const me = session.value;
  return (
    <Page title={t('nav.settings')}>
      <div class="grid">
        <Own />
        {me?.signedInWith === 'password' && <Password />}
        {may('admin') ? (
          <>
            <Users />
            <Tokens />
          </>
        ) : (
          <Panel class="half" title={t('settings.users')}>
            <Empty icon="settings" title={t('settings.admins')} />
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Own() {
  const chosenLanguage = useStore(language);
  const chosenTheme = useStore(theme);
  return (
    <Panel class="half" title={t('settings.own')}>
      <div class="stack">
        <p>
          {t('settings.signed', { name: session.value?.name ?? '', role: wordFor('role', session.value?.role ?? '') })}
        </p>
        <div class="row wrap spread">
          <span>{t('settings.language')}</span>
          <Segments
            label={t('settings.language')}
            options={LANGUAGES.map((one) => [one, { en: 'English', ko: '한국어' }[one]] as const)}
            value={chosenLanguage}
            onChange={(one) => language.set(one)}
          />
        </div>
        <div class="row wrap spread">
          <span>{t('theme')}</span>
          <Segments
            label={t('theme')}
            options={THEMES.map((one) => [one, wordFor('theme', one)] as const)}
            value={chosenTheme}
            onChange={(one) => theme.set(one)}
          />
        </div>
        <p class="muted small">
          <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
            {t('settings.api')}
          </a>
        </p>
      </div>
    </Panel>
  );
}

function Password() {
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    setProblem('');
    try {
      await call('PUT', '/session/password', {
        current: String(given.get('current')),
        next: String(given.get('next')),
      });
      form.reset();
      say(t('settings.password.done'));
    } catch (error) {
      setProblem((error as ApiError).message);
    }
  };
  return (
    <Panel class="half" title={t('settings.password')}>
      <form onSubmit={submit}>
        <Field label={t('settings.password.current')}>
          <input name="current" type="password" required autocomplete="current-password" />
        </Field>
        <Field label={t('settings.password.next')} hint={t('settings.password.hint')}>
          <input name="next" type="password" required minLength={10} autocomplete="new-password" />
        </Field>
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button">
            {t('settings.password.go')}
          </button>
        </div>
      </form>
    </Panel>
  );
}

function Users() {
  const users = useResource<{ items: readonly User[] }>('/users');
  const [isAdding, setAdding] = useState(false);
  const act = async (method: string, path: string, body?: object): Promise<void> => {
    try {
      await call(method, path, body);
      say(t('settings.saved'));
    } catch (error) {
      sayError(error);
    }
    users.reload();
  };
  return (
    <Panel
      class="half"
      title={t('settings.users')}
      more={
        <button type="button" class="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {t('settings.users.add')}
        </button>
      }
    >
      <Loaded of={users}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="attackers" title={t('settings.users.none')}>
              {t('settings.users.none.more')}
            </Empty>
          ) : (
            <ul class="list">
              {items.map((user) => (
                <li key={user.name} class="row spread">
                  <span class="grow">
                    <strong class="break">{user.name}</strong>
                    <span class="muted small" style={{ display: 'block' }}>
                      {user.lastSignIn === undefined ? (
                        t('settings.users.never')
                      ) : (
                        <>
                          {t('settings.users.last')} <Ago at={user.lastSignIn} />
                        </>
                      )}
                    </span>
                  </span>
                  <Select
                    label={`${t('settings.role')}: ${user.name}`}
                    value={user.role}
                    options={ROLES.map((role) => [role, wordFor('role', role)] as const)}
                    onChange={(role) => void act('PATCH', `/users/${encodeURIComponent(user.name)}`, { role })}
                  />
                  <button
                    type="button"
                    class="button quiet"
                    aria-label={`${t('settings.remove')} ${user.name}`}
                    onClick={() => void act('DELETE', `/users/${encodeURIComponent(user.name)}`)}
                  >
                    <Icon name="close" />
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {isAdding && (
        <NewUser
          onClose={() => setAdding(false)}
          onDone={() => {
            users.reload();
            void findSession();
          }}
        />
      )}
    </Panel>
  );
}

function NewUser({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const text = (name: string): string => String(given.get(name));
      await call('POST', '/users', { name: text('name').trim(), role: text('role'), password: text('password') });
      say(t('settings.saved'));
      onDone();
      onClose();
    } catch (error) {
      setProblem((error as ApiError).message);
    }
  };
  return (
    <Dialog title={t('settings.users.add')} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t('signin.name')}>
          <input name="name" required maxLength={64} autofocus autocomplete="off" spellcheck={false} />
        </Field>
        <RoleField />
        <Field label={t('signin.password')} hint={t('settings.password.hint')}>
          <input name="password" type="password" required minLength={10} autocomplete="new-password" />
        </Field>
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button main">
            {t('save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function RoleField() {
  return (
    <Field label={t('settings.role')} hint={t('settings.role.hint')}>
      <select name="role">
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {wordFor('role', role)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Tokens() {
  const tokens = useResource<{ items: readonly Token[] }>('/tokens');
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState('');
  const [problem, setProblem] = useState('');
  const remove = async (name: string): Promise<void> => {
    try {
      await call('DELETE', `/tokens/${encodeURIComponent(name)}`);
    } catch (error) {
      sayError(error);
    }
    tokens.reload();
  };
  const close = (): void => {
    setAdding(false);
    setMade('');
    setProblem('');
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const { token } = await call<{ token: string }>('POST', '/tokens', {
        name: String(given.get('name')).trim(),
        role: String(given.get('role')),
      });
      setMade(token);
      tokens.reload();
    } catch (error) {
      setProblem((error as ApiError).message);
    }
  };
  return (
    <Panel
      class="half"
      title={t('settings.tokens')}
      more={
        <button type="button" class="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {t('settings.tokens.add')}
        </button>
      }
    >
      <Loaded of={tokens}>
        {({ items }) => (
          <ul class="list">
            {items.map(({ name, role, createdAt }) => (
              <li key={name} class="row spread">
                <span class="grow">
                  <strong class="break">{name}</strong>
                  <span class="muted small" style={{ display: 'block' }}>
                    {wordFor('role', role)} · <Ago at={createdAt} />
                  </span>
                </span>
                <button
                  type="button"
                  class="button quiet"
                  aria-label={`${t('settings.remove')} ${name}`}
                  onClick={() => void remove(name)}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {isAdding && (
        <Dialog title={t('settings.tokens.add')} onClose={close}>
          {made !== '' ? (
            <div class="stack">
              <p>{t('settings.tokens.once')}</p>
              <Copyable text={made} />
              <div class="actions">
                <button type="button" class="button main" onClick={close}>
                  {t('close')}
                </button>
              </div>
            </div>
          ) : (
            <form onSubmit={submit}>
              <Field label={t('signin.name')} hint={t('settings.tokens.hint')}>
                <input name="name" required maxLength={64} pattern="[\w.\-]+" autofocus spellcheck={false} />
              </Field>
              <RoleField />
              {problem !== '' && (
                <p class="problem" role="alert">
                  {problem}
                </p>
              )}
              <div class="actions">
                <button type="submit" class="button main">
                  {t('save')}
                </button>
              </div>
            </form>
          )}
        </Dialog>
      )}
    </Panel>
  );
}
