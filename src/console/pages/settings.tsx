// The person's own choices, and for admins: who may sign in, and which programs may call.
import { useState } from 'preact/hooks';
import { call, findSession, may, type Role, session } from '../api.ts';
import { act } from '../components/act.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form } from '../components/form.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, Copyable, Field, Page, Panel, Segments, Select } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say } from '../components/toasts.tsx';
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
  return (
    <Panel class="half" title={t('settings.password')}>
      <Form
        go={t('settings.password.go')}
        look=""
        isEmptiedAfter
        onSubmit={async (_, exact) => {
          await call('PUT', '/session/password', { current: exact('current'), next: exact('next') });
          say(t('settings.password.done'));
        }}
      >
        <Field label={t('settings.password.current')}>
          <input name="current" type="password" required autocomplete="current-password" />
        </Field>
        <Field label={t('settings.password.next')} hint={t('settings.password.hint')}>
          <input name="next" type="password" required minLength={10} autocomplete="new-password" />
        </Field>
      </Form>
    </Panel>
  );
}

function Users() {
  const users = useResource<{ items: readonly User[] }>('/users');
  const [isAdding, setAdding] = useState(false);
  const change = async (method: string, name: string, body?: object): Promise<void> => {
    await act(() => call(method, `/users/${encodeURIComponent(name)}`, body), t('settings.saved'));
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
                    onChange={(role) => void change('PATCH', user.name, { role })}
                  />
                  <button
                    type="button"
                    class="button quiet"
                    aria-label={`${t('settings.remove')} ${user.name}`}
                    onClick={() => void change('DELETE', user.name)}
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
  return (
    <Dialog title={t('settings.users.add')} onClose={onClose}>
      <Form
        go={t('save')}
        onSubmit={async (given, exact) => {
          await call('POST', '/users', { name: given('name'), role: given('role'), password: exact('password') });
          say(t('settings.saved'));
          onDone();
          onClose();
        }}
      >
        <Field label={t('signin.name')}>
          <input name="name" required maxLength={64} autofocus autocomplete="off" spellcheck={false} />
        </Field>
        <RoleField />
        <Field label={t('signin.password')} hint={t('settings.password.hint')}>
          <input name="password" type="password" required minLength={10} autocomplete="new-password" />
        </Field>
      </Form>
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
  const remove = async (name: string): Promise<void> => {
    await act(() => call('DELETE', `/tokens/${encodeURIComponent(name)}`), t('settings.saved'));
    tokens.reload();
  };
  const close = (): void => {
    setAdding(false);
    setMade('');
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
            <Form
              go={t('save')}
              onSubmit={async (given) => {
                const wanted = { name: given('name'), role: given('role') };
                setMade((await call<{ token: string }>('POST', '/tokens', wanted)).token);
                tokens.reload();
              }}
            >
              <Field label={t('signin.name')} hint={t('settings.tokens.hint')}>
                <input name="name" required maxLength={64} pattern="[\w.\-]+" autofocus spellcheck={false} />
              </Field>
              <RoleField />
            </Form>
          )}
        </Dialog>
      )}
    </Panel>
  );
}
