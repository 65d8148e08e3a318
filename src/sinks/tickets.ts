// One ticket per incident in somebody else's system: made, commented, moved on, and read back.
// Invariants: before a ticket is made, the system is asked whether there is one of this incident, so that a message sent twice makes
// no second ticket; a message says its comment once; what a person changed there is never changed back by an older message of ours.
import type { IncidentStatus } from '../core/incident.ts';
import type { Sink, SinkMessage, SinkOutcome, StatusFromSink } from '../core/sink.ts';
import type { Ledger } from './ledger.ts';

const POLLED_AT_ONCE_MAX = 50;

export interface Ticket {
  /** As the API names it. */
  readonly reference: string;
  /** As people name it. */
  readonly name: string;
}

export interface TicketStatus {
  readonly theirs: string;
  /** Undefined when their word means nothing to us. */
  readonly status: IncidentStatus | undefined;
}

/** What was asked for, or why not. */
export type Answered<Value> = { readonly value: Value } | { readonly outcome: SinkOutcome };

export interface TicketSystem {
  find(incident: string): Promise<Answered<Ticket | undefined>>;
  create(message: SinkMessage): Promise<Answered<Ticket>>;
  comment(ticket: Ticket, message: SinkMessage): Promise<SinkOutcome>;
  setStatus(ticket: Ticket, message: SinkMessage): Promise<SinkOutcome>;
  /** By incident; tickets that are gone are left out. */
  statuses(
    tickets: readonly { readonly incident: string; readonly reference: string }[],
  ): Promise<Answered<ReadonlyMap<string, TicketStatus>>>;
  /** Are the address and the credentials right? */
  whoAmI(): Promise<SinkOutcome>;
  close(): Promise<void>;
}

export interface TicketEnvironment {
  readonly id: string;
  readonly kind: string;
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly onTicket: (incident: string, ticket: string) => void;
  readonly onStatus: (change: StatusFromSink) => void;
}

export function ticketSink(system: TicketSystem, environment: TicketEnvironment): Sink {
  const { id, kind, ledger, now, onTicket, onStatus } = environment;
  const deliver = async ([message]: readonly SinkMessage[]): Promise<SinkOutcome> => {
    const incident = message!.incident.id;
    const known = ledger.get(incident);
    let ticket: Ticket | undefined;
    if (known?.reference !== undefined) {
      ticket = { reference: known.reference, name: known.ticket ?? known.reference };
    } else {
      const found = await system.find(incident);
      if ('outcome' in found) return found.outcome;
      ticket = found.value;
      if (ticket === undefined) {
        const made = await system.create(message!);
        if ('outcome' in made) return made.outcome;
        ticket = made.value;
        ledger.note(incident, { saidId: message!.id, there: 'open', thereAt: message!.at });
      }
      ledger.note(incident, { reference: ticket.reference, ticket: ticket.name });
      ledger.save();
      onTicket(incident, `${kind}:${ticket.name}`);
    }
    const entry = ledger.get(incident)!;
    if (entry.saidId !== message!.id) {
      const said = await system.comment(ticket, message!);
      if (said.kind !== 'delivered') return said;
      ledger.note(incident, { saidId: message!.id });
      ledger.save();
    }
    const { status } = message!.incident;
    const isNewer = message!.at >= (entry.thereAt ?? 0);
    if (status !== (entry.there ?? 'open') && isNewer) {
      const moved = await system.setStatus(ticket, message!);
      if (moved.kind !== 'delivered') return moved;
      ledger.note(incident, { there: status, thereAt: message!.at });
      ledger.save();
    }
    return { kind: 'delivered' };
  };

  const poll = async (): Promise<SinkOutcome> => {
    const open = [...ledger.open()].map(([incident, { reference }]) => ({ incident, reference }));
    for (let from = 0; from < open.length; from += POLLED_AT_ONCE_MAX) {
      const answered = await system.statuses(open.slice(from, from + POLLED_AT_ONCE_MAX));
      if ('outcome' in answered) return answered.outcome;
      for (const [incident, { theirs, status }] of answered.value) {
        const entry = ledger.get(incident);
        if (entry === undefined || status === undefined || status === (entry.there ?? 'open')) continue;
        ledger.note(incident, { status, there: status, thereAt: now() });
        onStatus({ sink: id, incident, status, ticket: `${kind}:${entry.ticket ?? entry.reference}`, theirs });
      }
    }
    ledger.save();
    return { kind: 'delivered' };
  };

  return { batchMessagesMax: 1, deliver, check: () => system.whoAmI(), poll, close: () => system.close() };
}
