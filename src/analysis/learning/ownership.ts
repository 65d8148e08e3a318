// Who reads which object of an endpoint. A sample of objects, the OBJECTS_MAX with the smallest hashes, so that it does not
// depend on order and merges by union. An endpoint is private when nearly every object that was read again was read by one
// principal alone (DETECTIONS: share of objects ever read by exactly one).
import type { Ownership } from '../../core/learned-endpoint.ts';

const OBJECTS_MAX = 400;
const OBJECTS_MIN = 200;
const OWNED_SHARE_MIN = 0.95;

interface SeenObject {
  /** 0 when there are several. */
  owner: number;
  reads: number;
}

export class ObjectOwners {
  readonly objects = new Map<number, SeenObject>();
  #largest = 0;

  /** `principal` 0 stands for several. */
  read(object: number, principal: number, reads = 1): void {
    this.#add(object, principal, reads);
  }

  merge(other: ObjectOwners): void {
    for (const [object, { owner, reads }] of other.objects) this.#add(object, owner, reads);
  }

  learned(): Ownership {
    let objects = 0;
    let owned = 0;
    for (const { owner, reads } of this.objects.values()) {
      if (reads < 2) continue;
      objects += 1;
      if (owner !== 0) owned += 1;
    }
    const ownedShare = objects === 0 ? 0 : owned / objects;
    return { objects, ownedShare, isPrivate: objects >= OBJECTS_MIN && ownedShare >= OWNED_SHARE_MIN };
  }

  #add(object: number, principal: number, reads: number): void {
    const known = this.objects.get(object);
    if (known !== undefined) {
      known.reads += reads;
      if (known.owner !== principal) known.owner = 0;
      return;
    }
    if (this.objects.size >= OBJECTS_MAX) {
      if (object >= this.#largest) return;
      this.objects.delete(this.#largest);
    }
    this.objects.set(object, { owner: principal, reads });
    this.#largest =
      this.objects.size < OBJECTS_MAX ? Math.max(this.#largest, object) : Math.max(...this.objects.keys());
  }
}
