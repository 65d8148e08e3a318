// The pages, in the order of the menu, with the letter that leads there after g.
import type { FunctionComponent } from 'preact';
import type { Role } from './api.ts';
import type { IconName } from './components/icons.tsx';
import { Attacker } from './pages/attacker.tsx';
import { Attackers } from './pages/attackers.tsx';
import { AuditLog } from './pages/audit-log.tsx';
import { Blocks } from './pages/blocks.tsx';
import { Data } from './pages/data.tsx';
import { EndpointPage } from './pages/endpoint.tsx';
import { Endpoints } from './pages/endpoints.tsx';
import { IncidentPage } from './pages/incident.tsx';
import { Incidents } from './pages/incidents.tsx';
import { Integrations } from './pages/integrations.tsx';
import { Nodes } from './pages/nodes.tsx';
import { Overview } from './pages/overview.tsx';
import { Policies } from './pages/policies.tsx';
import { Posture } from './pages/posture.tsx';
import { Settings } from './pages/settings.tsx';
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
    path: '/attackers',
    word: 'nav.attackers',
    icon: 'attackers',
    key: 'a',
    group: 'nav.watch',
    page: Attackers,
    one: Attacker,
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
  {
    path: '/endpoints',
    word: 'nav.endpoints',
    icon: 'endpoints',
    key: 'e',
    group: 'nav.know',
    page: Endpoints,
    one: EndpointPage,
  },
  { path: '/data', word: 'nav.data', icon: 'data', key: 'd', group: 'nav.know', page: Data },
  { path: '/posture', word: 'nav.posture', icon: 'posture', key: 'w', group: 'nav.know', page: Posture },
  { path: '/policies', word: 'nav.policies', icon: 'policies', key: 'p', group: 'nav.decide', page: Policies },
  { path: '/blocks', word: 'nav.blocks', icon: 'blocks', key: 'b', group: 'nav.decide', page: Blocks },
  {
    path: '/integrations',
    word: 'nav.integrations',
    icon: 'integrations',
    key: 'c',
    group: 'nav.decide',
    page: Integrations,
  },
  { path: '/nodes', word: 'nav.nodes', icon: 'nodes', key: 'n', group: 'nav.run', page: Nodes },
  { path: '/audit-log', word: 'nav.audit', icon: 'audit', key: 'l', group: 'nav.run', role: 'analyst', page: AuditLog },
  { path: '/settings', word: 'nav.settings', icon: 'settings', key: 's', group: 'nav.run', page: Settings },
];
