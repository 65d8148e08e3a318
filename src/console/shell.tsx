// The frame around every view: the menu, the search, what is live, who is signed in, and the keys.
import { useRef, useState } from 'preact/hooks';
import { may, session, signOut } from './api.ts';
import { LanguageButton, ThemeButton } from './components/choices.tsx';
import { Dialog } from './components/dialog.tsx';
import { Gate, Icon } from './components/icons.tsx';
import { Empty } from './components/states.tsx';
import { useKeys } from './keyboard.ts';
import { stream } from './live.ts';
import { useResource } from './resource.ts';
import { go, usePlace } from './router.ts';
import { useStore } from './store.ts';
import { VIEWS, type View } from './views.ts';
import { t, wordFor } from './words.ts';

export function Shell() {
  const place = usePlace();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const views = VIEWS.filter(({ role }) => role === undefined || may(role));
  useKeys({
    '/': () => search.current?.focus(),
    '?': () => setHelpOpen(true),
    Escape: () => setMenuOpen(false),
    ...Object.fromEntries(views.map(({ key, path }) => [`g ${key}`, () => go(path)])),
  });
  const view = viewOf(views, place.path);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={skip}>
        {t('skip')}
      </a>
      <div class={`side ${isMenuOpen ? 'open' : ''}`} onClick={() => setMenuOpen(false)}>
        <a class="brand" href="/">
          <Gate />
          Sallyport
        </a>
        <Menu views={views} at={view?.path} />
        <Foot />
      </div>
      <div class="grow">
        <header class="bar">
          <button
            type="button"
            class="button quiet menu-button"
            aria-label={t('menu')}
            aria-expanded={isMenuOpen}
            onClick={() => setMenuOpen(!isMenuOpen)}
          >
            <Icon name="menu" />
          </button>
          <form
            class="search"
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              const text = search.current!.value.trim();
              if (text !== '') go(placeFor(text));
              search.current!.blur();
            }}
          >
            <Icon name="search" />
            <input
              ref={search}
              type="search"
              aria-label={t('search')}
              placeholder={t('search.hint')}
              onKeyDown={leaveOnEscape}
            />
            <kbd aria-hidden="true">/</kbd>
          </form>
          <div class="tools">
            <LiveState />
            <LanguageButton />
            <ThemeButton />
            <button
              type="button"
              class="button quiet"
              aria-label={t('help')}
              title={`${t('help')} (?)`}
              onClick={() => setHelpOpen(true)}
            >
              <Icon name="help" />
            </button>
            <button type="button" class="button quiet who" title={t('signout')} onClick={() => void signOut()}>
              <span>{session.value?.name}</span>
              <span class="hidden-text"> {t('signout')}</span>
              <Icon name="signout" />
            </button>
          </div>
        </header>
        <main id="main" tabIndex={-1}>
          {view === undefined ? (
            <Empty icon="broken" title={t('state.nowhere')} />
          ) : (
            <Content view={view} path={place.path} />
          )}
        </main>
      </div>
      {isHelpOpen && <Help views={views} onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

function Content({ view, path }: { readonly view: View; readonly path: string }) {
  const { page: Page, one: One } = view;
  const rest = path.slice(view.path.length + 1);
  if (rest !== '' && One !== undefined && view.path !== '/') return <One key={rest} id={safelyDecoded(rest)} />;
  return <Page key={view.path} />;
}

function Menu({ views, at }: { readonly views: readonly View[]; readonly at: string | undefined }) {
  const { data } = useResource<{ total: number }>('/incidents?status=open&limit=1', ['incident'], 30_000);
  const groups = [...new Set(views.map(({ group }) => group))];
  return (
    <nav aria-label={t('menu')}>
      {groups.map((group) => (
        <div key={group}>
          <h2>{t(group)}</h2>
          <ul>
            {views
              .filter((view) => view.group === group)
              .map(({ path, word, icon, key }) => (
                <li key={path}>
                  <a href={path} title={`g ${key}`} aria-current={path === at ? 'page' : undefined}>
                    <Icon name={icon} />
                    {t(word)}
                    {path === '/incidents' && data !== undefined && data.total > 0 && (
                      <span class="count">
                        {data.total}
                        <span class="hidden-text"> {t('nav.open')}</span>
                      </span>
                    )}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Foot() {
  const { data } = useResource<{ gateway: { mode: string; port: number }; health: { policyVersion: string } }>(
    '/overview?span=hour',
    ['policy'],
    60_000,
  );
  if (data === undefined) return null;
  return (
    <div class="foot">
      <span>
        {wordFor('mode', data.gateway.mode)} · :{data.gateway.port}
      </span>
      <span class="mono">{data.health.policyVersion}</span>
    </div>
  );
}

function LiveState() {
  const state = useStore(stream);
  return (
    <span class="row small muted nowrap" role="status">
      <span class={`dot ${state}`} />
      <span class={state === 'live' ? 'hidden-text' : ''}>{wordFor('live', state)}</span>
    </span>
  );
}

function Help({ views, onClose }: { readonly views: readonly View[]; readonly onClose: () => void }) {
  const keys: (readonly [string, string])[] = [
    ['/', t('keys.search')],
    ['j k', t('keys.move')],
    ['Enter', t('keys.open')],
    ['x', t('keys.select')],
    ['?', t('keys.help')],
    ...views.map(({ key, word }) => [`g ${key}`, t(word)] as const),
  ];
  return (
    <Dialog title={t('help')} onClose={onClose}>
      <dl class="keys">
        {keys.map(([key, what]) => [
          <dt key={key} class="row">
            {key.split(' ').map((one) => (
              <kbd key={one}>{one}</kbd>
            ))}
          </dt>,
          <dd key={what}>{what}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}

function viewOf(views: readonly View[], path: string): View | undefined {
  return views.find((view) => path === view.path || (view.path !== '/' && path.startsWith(`${view.path}/`)));
}

/** Ids lead to what they name; anything else is looked for in the incidents. */
function placeFor(text: string): string {
  if (/^inc-[\w-]+$/.test(text)) return `/incidents/${text}`;
  if (/^(?:ip|subject|api-key|session|header):/.test(text)) return `/attackers/${encodeURIComponent(text)}`;
  if (/^[\d.]+$|^[\da-f]*:[\da-f:]+$/i.test(text)) return `/attackers?text=${encodeURIComponent(text)}`;
  if (/^[\w-]{20,}$/.test(text)) return `/transactions/${text}`;
  return `/incidents?text=${encodeURIComponent(text)}`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function leaveOnEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') (event.currentTarget as HTMLInputElement).blur();
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
