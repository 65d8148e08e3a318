// Which role succeeds where. The first success of a role at an endpoint that only other, rarer roles used so far is broken
// function level authorization. What anonymous clients may do, everybody may.

import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { RoleMatrixPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const ROLES_MAX = 500;
const ENDPOINTS_MAX = 10_000;
const ROLES_PER_ENDPOINT_MAX = 50;
const ANONYMOUS = 'anonymous';
/** Privileged roles have fewer members: a role is the lesser one when it has this many times the others' members. */
const TIMES_MORE_MEMBERS = 2;
/** Successes of the role that its share of all traffic would have brought to the endpoint: at 7, none is chance once in 1,000. */
const EXPECTED_MIN = 7;

/** Where a shop is, when nothing beside it says that it is a person's home. */
const OF_PLACES: ReadonlySet<string> = new Set(['postal-address', 'geo-coordinates']);

interface Role {
  successes: number;
  readonly members: HyperLogLog;
}

export class RoleMatrix implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: RoleMatrixPattern;
  readonly #roles = new Map<string, Role>();
  /** Endpoint → role → successes. */
  readonly #cells = new Map<string, Map<string, number>>();
  #successes = 0;

  constructor(scenario: ScenarioDocument, pattern: RoleMatrixPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { endpoint, role } = occurrence;
    if (occurrence.status < 200 || occurrence.status > 299 || !occurrence.isAccepted) return undefined;
    let cells = this.#cells.get(endpoint);
    if (cells === undefined) {
      if (this.#cells.size >= ENDPOINTS_MAX) return undefined;
      cells = new Map();
      this.#cells.set(endpoint, cells);
    }
    const successes = cells.get(role);
    if (successes === undefined && this.#isForbidden(cells, occurrence)) return this.#signal(occurrence, cells);
    if (!occurrence.isClean) return undefined;
    if (successes !== undefined || cells.size < ROLES_PER_ENDPOINT_MAX) cells.set(role, (successes ?? 0) + 1);
    const known = this.#roles.get(role);
    const entry = known ?? { successes: 0, members: new HyperLogLog() };
    if (known === undefined && this.#roles.size < ROLES_MAX) this.#roles.set(role, entry);
    entry.successes += 1;
    this.#successes += 1;
    entry.members.add(occurrence.actors[0]?.hash ?? hashOf(''));
    return undefined;
  }

  sweep(): readonly Signal[] {
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#cells.size, evicted: 0 };
  }

  dump(): unknown {
    return {
      roles: [...this.#roles].map(([role, { successes, members }]) => [
        role,
        { successes, members: Buffer.from(members.registers).toString('base64') },
      ]),
      cells: listed(this.#cells, ([endpoint, cells]) => [endpoint, [...cells]]),
    };
  }

  restore(dump: unknown): void {
    const { roles, cells } = dump as {
      roles: [string, { successes: number; members: string }][];
      cells: [string, [string, number][]][];
    };
    for (const [role, { successes, members }] of roles) {
      this.#successes += successes;
      this.#roles.set(role, {
        successes,
        members: new HyperLogLog(new Uint8Array(Buffer.from(members, 'base64'))),
      });
    }
    for (const [endpoint, one] of cells) this.#cells.set(endpoint, new Map(one));
  }

  #isForbidden(cells: ReadonlyMap<string, number>, occurrence: Occurrence): boolean {
    const name = occurrence.role;
    const role = this.#roles.get(name);
    if (role === undefined || cells.has(ANONYMOUS)) return false;
    const { rolePrincipalsMin, roleSuccessesMin, endpointSuccessesMin } = this.#pattern;
    if (role.successes < roleSuccessesMin || role.members.estimate() < rolePrincipalsMin) return false;
    let successes = 0;
    const others = new HyperLogLog();
    for (const [other, count] of cells) {
      successes += count;
      const members = this.#roles.get(other)?.members;
      if (members !== undefined) others.merge(members);
    }
    if (successes < endpointSuccessesMin) return false;
    if (successes * (role.successes / this.#successes) < EXPECTED_MIN) return false;
    if (name === ANONYMOUS && !isPublicInformation(occurrence)) return true;
    return role.members.estimate() >= others.estimate() * TIMES_MORE_MEMBERS;
  }

  #signal(occurrence: Occurrence, cells: ReadonlyMap<string, number>): Signal {
    const actors = occurrence.principal === undefined ? occurrence.actors : occurrence.actors.slice(0, -1);
    const role = this.#roles.get(occurrence.role)!;
    return {
      scenario: this.#scenario,
      actors: actors.map(({ actor }) => actor),
      groups: [actors[0]?.key ?? '*'],
      endpoint: occurrence.endpoint,
      at: occurrence.at,
      result: 'succeeded',
      count: 1,
      figures: {
        value: 1,
        role: occurrence.role,
        peers: role.members.estimate(),
        roleSuccesses: role.successes,
        owners: [...cells.keys()].slice(0, 5).join(', '),
        ownerSuccesses: [...cells.values()].reduce((a, b) => a + b, 0),
      },
      occurrence,
    };
  }
}

/** Rates, branches, opening hours: read by everybody's client, with or without a login, and about nobody. */
function isPublicInformation({ endpoint, object, sensitiveValues, dataTypes }: Occurrence): boolean {
  if (!endpoint.startsWith('GET ') || object !== undefined) return false;
  return sensitiveValues === 0 || dataTypes.every(([type]) => OF_PLACES.has(type));
}
