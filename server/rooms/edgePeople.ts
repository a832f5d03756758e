import type { ParticipantId } from '../../protocol/identity.ts';
import type { Clock } from './clock.ts';
import type { Actor } from './commands.ts';
import type { PresentPerson } from './roomEdges.ts';
import { invitationOf, requestOf, seatHolder } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import type { Roster } from './roster.ts';

/** How long somebody who was asked for is reported to the home, so that what he was asked for can come. */
const askedForMs = 10_000;

/** Those of an edge's people whom the home has to know: who has a seat, or a claim to one, or was asked for. */
export class EdgePeople {
  readonly #roster: Roster;
  readonly #clock: Clock;
  /** On their way to a seat. */
  readonly #arriving = new Map<ParticipantId, Actor>();
  readonly #askedFor = new Map<ParticipantId, number>();

  constructor(roster: Roster, clock: Clock) {
    this.#roster = roster;
    this.#clock = clock;
  }

  arriving(actor: Actor): void {
    this.#arriving.set(actor.id, actor);
  }

  arrived(id: ParticipantId): void {
    this.#arriving.delete(id);
  }

  /** Somebody whom the home asks for; it will hear of him for a while. */
  askedFor(id: ParticipantId): PresentPerson | undefined {
    const [person] = this.of([id]);
    if (person !== undefined) this.#askedFor.set(id, this.#clock.now() + askedForMs);
    return person;
  }

  /** Those of these who are here. */
  of(ids: Iterable<ParticipantId>): PresentPerson[] {
    return [...ids].flatMap((id) => {
      const actor = this.#roster.actor(id);
      return actor === undefined ? [] : [{ actor, connected: this.#roster.connected(id) }];
    });
  }

  forHome({ stage, requests, invitations }: RoomState): PresentPerson[] {
    const nowMs = this.#clock.now();
    for (const [id, untilMs] of this.#askedFor) if (untilMs <= nowMs) this.#askedFor.delete(id);
    const ids = new Set([...stage, ...requests, ...invitations].map(({ id }) => id));
    for (const id of this.#askedFor.keys()) ids.add(id);
    for (const id of this.#arriving.keys()) ids.delete(id);
    const people = this.of(ids);
    for (const actor of this.#arriving.values()) people.push({ actor, connected: true });
    return people;
  }
}

/** Whether a home keeps something of this person beside his being in the room. */
export function concernsHome(state: RoomState, id: ParticipantId): boolean {
  const claim = seatHolder(state, id) ?? requestOf(state, id) ?? invitationOf(state, id);
  return claim !== undefined || state.remembered.has(id);
}
