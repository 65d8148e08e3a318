// The pages, in the order of the menu, with the letter that leads there after g.
import type { FunctionComponent } from 'preact';
import type { Role } from './api.ts';
import type { IconName } from './components/icons.tsx';
import { IncidentPage } from './pages/incident.tsx';
import { Incidents } from './pages/incidents.tsx';
import { Overview } from './pages/overview.tsx';
import { Transaction } from './pages/transaction.tsx';
import { Transactions } from './pages/transactions.tsx';
import type { Word } from './words.ts';

export interface View {
  readonly path: string;
  readonly word: Word;
  readonly icon: IconName;
  readonly key: string;
  readonly group: Word;
  readonly role?: Role;
  readonly page: FunctionComponent;
  /** Shows one of what the page lists: `/incidents/inc-1`. */
  readonly one?: FunctionComponent<{ id: string }>;
}

export const VIEWS: readonly View[] = [
  { path: '/', word: 'nav.overview', icon: 'overview', key: 'o', group: 'nav.watch', page: Overview },
  {
    path: '/incidents',
    word: 'nav.incidents',
    icon: 'incidents',
    key: 'i',
    group: 'nav.watch',
    page: Incidents,
    one: IncidentPage,
  },
  {
    path: '/transactions',
    word: 'nav.transactions',
    icon: 'transactions',
    key: 't',
    group: 'nav.watch',
    page: Transactions,
    one: Transaction,
  },
];
