// Every page, and what it shows once it is there.
import { SCANNER, type Visit } from './browser.ts';
import type { Stage } from './stage.ts';

export interface View {
  readonly name: string;
  readonly path: string;
  /** There once the page has what it shows. */
  readonly mark: string;
}

const PLAIN: readonly (readonly [name: string, path: string, mark: string])[] = [
  ['overview', '/', '.tile'],
  ['incidents', '/incidents', '[role=row] a'],
  ['attackers', '/attackers', '[role=row] a'],
  ['attacker', `/attackers/ip%3A${SCANNER}`, '.bars'],
  ['transactions', '/transactions', '[role=row] a'],
  ['endpoints', '/endpoints', '[role=row] a'],
  ['endpoint-tree', '/endpoints?view=tree', '.tree'],
  ['data', '/data', '.matrix'],
  ['posture', '/posture', '[role=row] a'],
  ['policies', '/policies', '.files'],
  ['policy', '/policies?file=exceptions.yaml', '.editor'],
  ['blocks', '/blocks', '.list'],
  ['integrations', '/integrations', '.list'],
  ['nodes', '/nodes', '.facts'],
  ['audit-log', '/audit-log', '[role=row] [role=cell]'],
  ['settings', '/settings', '.list'],
];

/** Those of single things are of what this gateway has. */
export async function viewsOf({ gateway }: Stage): Promise<readonly View[]> {
  const first = async (path: string): Promise<string> => {
    const { items } = (await (await gateway.api(path)).json()) as { items: readonly { readonly id: string }[] };
    return items[0]!.id;
  };
  // In monitor mode nothing is blocked.
  const transaction = (): Promise<string> =>
    first('/transactions?action=block').catch(() => first('/transactions?action=tag'));
  const endpoints = (await (await gateway.api('/endpoints?limit=200')).json()) as { items: { readonly id: string }[] };
  const endpoint = endpoints.items.find(({ id }) => id.endsWith('/api/users/{id}'))!.id;
  const single: readonly View[] = [
    { name: 'incident', path: `/incidents/${await first('/incidents?text=stuffing')}`, mark: '.timeline' },
    { name: 'transaction', path: `/transactions/${await transaction()}`, mark: '.facts' },
    { name: 'endpoint', path: `/endpoints/${encodeURIComponent(endpoint)}`, mark: '.risk' },
  ];
  return [...PLAIN.map(([name, path, mark]) => ({ name, path, mark })), ...single];
}

/** Within the page, as a link does: nothing is loaded anew but what the view asks for. */
export async function follow({ page }: Visit, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

export interface Look {
  readonly language: 'en' | 'ko';
  readonly theme: 'light' | 'dark';
}

export async function wear({ page }: Visit, look: Look): Promise<void> {
  await page.evaluate((chosen) => {
    localStorage.setItem('sallyport.language', chosen.language);
    localStorage.setItem('sallyport.theme', chosen.theme);
  }, look);
  await page.reload();
  await page.locator('.shell').waitFor();
}
