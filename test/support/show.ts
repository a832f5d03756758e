import type { ErrorCode } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId, Source } from '../../protocol/identity.ts';
import { rightsOfRole } from '../../protocol/roles.ts';
import type { Right, Role } from '../../protocol/roles.ts';
import type { BackstageView, RoomView, SelfView, StageMember } from '../../protocol/roomView.ts';
import type { Actor, Command, Effect, RoomSettings } from '../../server/rooms/commands.ts';
import { decide } from '../../server/rooms/decide.ts';
import { newRoom } from '../../server/rooms/roomState.ts';
import type { RoomState } from '../../server/rooms/roomState.ts';
import { backstageView, roomView, selfView } from '../../server/rooms/views.ts';

export const roomSettings: RoomSettings = {
  seats: 4,
  maxViewers: 1000,
  requestTtlMs: 60_000,
  invitationTtlMs: 40_000,
  hostGraceMs: 30_000,
  cohostGraceMs: 20_000,
};

export function asId(text: string): ParticipantId {
  return text as ParticipantId;
}

export function asRoomId(text: string): RoomId {
  return text as RoomId;
}

export function feedOf(person: Actor, source: Source): FeedId {
  return `${person.id}:${source}` as FeedId;
}

/** Somebody with a token: `hanna` becomes identity `hanna` with the name `Hanna`. */
export function person(id: string, role: Role, rights: readonly Right[] = rightsOfRole[role]): Actor {
  return { id: asId(id), name: id.charAt(0).toUpperCase() + id.slice(1), role, rights };
}

export const hanna = person('hanna', 'host');
export const henry = person('henry', 'host');
export const carl = person('carl', 'cohost');
export const cora = person('cora', 'cohost');
export const mona = person('mona', 'moderator');
export const vera = person('vera', 'viewer');
export const victor = person('victor', 'viewer');

/** A room's rules driven by hand: keeps the state and the time between commands. */
export class Show {
  state: RoomState;
  nowMs = 1_000_000;

  constructor(settings: Partial<RoomSettings> = {}) {
    this.state = newRoom(asRoomId('studio'), { ...roomSettings, ...settings });
  }

  /** Runs a command that must not be refused, and returns what it asks to be done. */
  run(command: Command): Effect[] {
    const { state, effects, refused } = decide(this.state, command, this.nowMs);
    if (refused !== undefined) throw new Error(`${command.type} was refused: ${refused}`);
    this.state = state;
    return effects;
  }

  /** Why this command is refused now; undefined when it would be done. */
  refusal(command: Command): ErrorCode | undefined {
    return decide(this.state, command, this.nowMs).refused;
  }

  join(...people: Actor[]): this {
    for (const by of people) this.run({ type: 'join', by });
    return this;
  }

  /** Brings a viewer on stage by the way of a request. */
  seat(guest: Actor): this {
    this.run({ type: 'request', by: guest });
    this.run({ type: 'accept', by: hanna, id: guest.id });
    return this;
  }

  open(who: Actor, ...sources: Source[]): this {
    for (const source of sources) this.run({ type: 'openFeed', id: who.id, source });
    return this;
  }

  /** Lets time pass, and tells the room so. */
  wait(ms: number): Effect[] {
    this.nowMs += ms;
    return this.run({ type: 'tick' });
  }

  get view(): RoomView {
    return roomView(this.state);
  }

  get backstage(): BackstageView {
    return backstageView(this.state);
  }

  self(actor: Actor): SelfView {
    return selfView(this.state, actor);
  }

  member(actor: Actor): StageMember | undefined {
    return this.view.stage.find(({ id }) => id === actor.id);
  }

  get seated(): [string, number][] {
    return this.view.stage.map(({ id, seat }) => [id, seat]);
  }
}
