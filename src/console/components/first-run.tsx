// Nothing has passed yet: how to send the first request, and the moment it arrives.
import { t } from '../words.ts';
import { Copyable } from './parts.tsx';

export function FirstRun({
  gateway,
}: {
  readonly gateway: { readonly mode: string; readonly scheme: string; readonly port: number };
}) {
  const base = `${gateway.scheme}://${location.hostname}:${gateway.port}`;
  return (
    <div class="panel">
      <div class="body stack">
        <div>
          <h2>{t('first.title')}</h2>
          <p class="muted">{t('first.more')}</p>
        </div>
        <ol class="steps">
          <li>
            <span class="nth">1</span>
            <h3>{t('first.send')}</h3>
            <Copyable text={`curl -i ${base}/`} />
          </li>
          <li>
            <span class="nth">2</span>
            <h3>{t('first.attack')}</h3>
            <Copyable text={`curl -i "${base}/?q=%27%20OR%201=1--"`} />
          </li>
          <li>
            <span class="nth">3</span>
            <h3>{t('first.see')}</h3>
            <p class="waiting" role="status">
              <span class="dot warn" />
              {t('first.waiting')}
            </p>
            <p class="muted">{t('first.then')}</p>
          </li>
        </ol>
      </div>
    </div>
  );
}
