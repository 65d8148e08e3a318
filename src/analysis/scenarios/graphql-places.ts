// Operations of GraphQL as places of their own, as the learned model names them: `POST api.test/graphql#query listOrders`.
// Anybody can call an operation as they like, so a name is a place only once several people have used it.
import { hashOf } from '../../core/hash.ts';
import { Agreement } from './agreement.ts';

const PRINCIPALS_MIN = 3;
const OPERATIONS_MAX = 5_000;

export class GraphqlPlaces {
  readonly #known = new Set<string>();
  readonly #agreement = new Agreement(PRINCIPALS_MIN);

  placeOf(endpoint: string, operation: string | undefined, who: string, isAccepted: boolean, now: number): string {
    if (operation === undefined || endpoint === '') return endpoint;
    const place = `${endpoint}#${operation}`;
    if (this.#known.has(place)) return place;
    if (!isAccepted || this.#known.size >= OPERATIONS_MAX || !this.#agreement.add(place, hashOf(who), now))
      return endpoint;
    this.#known.add(place);
    return place;
  }

  sweep(now: number): void {
    this.#agreement.sweep(now);
  }

  dump(): readonly string[] {
    return [...this.#known];
  }

  restore(dump: readonly string[]): void {
    for (const place of dump) this.#known.add(place);
  }
}
