import { done } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest } from '../../protocol/nodeMessages.ts';
import type { Actor, Command } from './commands.ts';
import type { Room } from './room.ts';
import type { PresentPerson, RoomEdges } from './roomEdges.ts';
import { seatHolder } from './roomState.ts';
import { holdsSeatByToken } from './seats.ts';

/** Keeps seats in agreement with who is where: an edge speaks only for people who are with it. */
export class EdgePresence {
  readonly #room: Room;
  readonly #edges: RoomEdges;

  constructor(room: Room, edges: RoomEdges) {
    this.#room = room;
    this.#edges = edges;
  }

  /** Runs a command of somebody at an edge. */
  run(from: NodeId, { command, people, turn }: NodeRequest<'room.command'>): Result<undefined> {
    if (command.type === 'join') return this.#join(from, command, turn);
    if (command.type === 'drop' || command.type === 'depart') {
      // He may be at another node by now, or come back to this one.
      if (!this.#edges.isAt(from, command.id, turn)) return done(undefined);
      if (command.type === 'drop') this.#edges.disconnect(command.id);
      else this.#edges.takeOut(command.id);
    } else {
      for (const person of people) this.meet(from, person, turn);
    }
    if (command.type !== 'openFeed' || command.origin === undefined) return this.#room.runRemote(command);
    return this.#room.runRemote({ ...command, origin: { ...command.origin, nodeId: from } });
  }

  /** Somebody at an edge is heard of; counts where he is known at no other node. */
  meet(from: NodeId, person: PresentPerson, turn: number): void {
    const at = this.#whereIs(person.actor.id);
    if (at === undefined || at === from) this.#edges.place(from, person, turn);
  }

  /** Takes an edge's whole list; `first`: it has just come to this home. */
  reconcile(from: NodeId, { people, turn }: NodeRequest<'room.attach'>, first: boolean): void {
    const listed = new Set(people.map(({ actor }) => actor.id));
    for (const { actor } of this.#edges.peopleAt(from)) {
      if (listed.has(actor.id) || !this.#edges.isAt(from, actor.id, turn)) continue;
      this.#edges.takeOut(actor.id);
      this.#room.runRemote({ type: 'drop', id: actor.id });
    }
    for (const person of people) {
      const { actor, connected } = person;
      const at = this.#whereIs(actor.id);
      if (at === undefined || at === from) {
        this.#edges.place(from, person, turn);
        this.#matchSeat(actor, connected, first);
      } else {
        this.#room.announce([{ type: 'replaced', id: actor.id, at }]);
      }
    }
  }

  /** Its people's connections are lost; their seats wait. */
  lose(edge: NodeId): void {
    for (const { actor } of this.#edges.remove(edge)) this.#room.runRemote({ type: 'drop', id: actor.id });
  }

  /** Seats of people whom no node has, as after the loss of a home that had them itself. */
  dropStrays(): void {
    for (const { id, presence } of this.#room.state.stage) {
      if (presence === 'connected' && this.#whereIs(id) === undefined)
        this.#room.runRemote({ type: 'drop', id });
    }
  }

  #whereIs(id: ParticipantId): NodeId | undefined {
    return this.#room.find(id) === undefined ? this.#edges.edgeOf(id) : this.#edges.self;
  }

  #join(from: NodeId, command: Command & { type: 'join' }, turn: number): Result<undefined> {
    const { by } = command;
    const earlier = this.#edges.person(by.id);
    const before = this.#whereIs(by.id);
    // He is there before he has a seat: who takes one without being there is away.
    this.#edges.place(from, { actor: by, connected: true }, turn);
    const joined = this.#room.runRemote(command);
    if (!joined.ok) {
      this.#edges.takeOut(by.id);
      if (before !== undefined && earlier !== undefined) this.#edges.place(before, earlier, turn);
    } else if (before !== undefined && before !== from) {
      this.#room.announce([{ type: 'replaced', id: by.id, at: from }]);
    }
    return joined;
  }

  #matchSeat(actor: Actor, connected: boolean, first: boolean): void {
    const { state } = this.#room;
    const holder = seatHolder(state, actor.id);
    if (!connected) this.#room.runRemote({ type: 'drop', id: actor.id });
    else if (state.status === 'ended') return;
    else if (holder?.presence === 'away' || (first && holder === undefined && holdsSeatByToken(actor)))
      this.#room.runRemote({ type: 'join', by: actor });
  }
}
