// The console: a client of the admin API, and nothing else. Starts here: who is signed in, which view is asked for.
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import './parts.css';
import { findSession, session } from './api.ts';
import { Wait } from './components/states.tsx';
import { Toasts } from './components/toasts.tsx';
import { claimDrafts } from './drafts.ts';
import { keepFocus } from './focus.ts';
import { keepStream } from './live.ts';
import { applyPreferences, language } from './preferences.ts';
import { forgetAll } from './resource.ts';
import { followLinks } from './router.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { useStore } from './store.ts';

function Console() {
  const signedIn = useStore(session);
  // Another language draws everything anew; what the views hold of their own stays small enough to be asked for again.
  const words = useStore(language);
  if (signedIn === undefined)
    return (
      <main>
        <Wait />
      </main>
    );
  return (
    <>
      {signedIn === null ? <SignIn key={words} /> : <Shell key={words} />}
      <Toasts />
    </>
  );
}

applyPreferences();
followLinks();
keepStream();
keepFocus();
session.follow(() => {
  if (session.value === null) forgetAll();
  claimDrafts();
});
render(<Console />, document.getElementById('console')!);
void findSession();
