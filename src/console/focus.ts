// Where somebody is by the keyboard stays known when what had the focus goes away: a row that is undone, a button that is
// replaced by live news. Without this, the browser starts again at the top of the page.

export function keepFocus(): void {
  let last: Element | undefined;
  addEventListener('focusin', ({ target }) => {
    last = target instanceof Element ? target : undefined;
  });
  new MutationObserver(() => {
    if (last === undefined || last.isConnected || document.activeElement !== document.body) return;
    const place = document.querySelector<HTMLElement>('dialog[open]') ?? document.getElementById('main');
    last = undefined;
    place?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}
