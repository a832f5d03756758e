import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { RoomNews, RoomStep } from '../../protocol/roomReplication.ts';
import { Alarm } from './alarm.ts';
import type { AudiencePage, DataMessage } from './anyRoom.ts';
import type { Clock } from './clock.ts';
import type { Actor, Command } from './commands.ts';
import type { ReactionCounts } from './crowdNews.ts';
import type { PresentPerson } from './roomEdges.ts';
import type { HomeLine } from './homeLine.ts';
import type { RoomReplica } from './roomReplica.ts';
import type { RoomPace, RoomWire } from './roomWire.ts';
import { fetchWhole } from './wholeState.ts';

export interface HomeFollowerParts {
  id: RoomId;
  home: { nodeId: NodeId; epoch: number };
  replica: RoomReplica;
  wire: RoomWire;
  pace: RoomPace;
  clock: Clock;
  /** Grows with each call, over all homes this edge ever had. */
  nextTurn: () => number;
  /** The home did not answer, or is the home no more. */
  onLost(): void;
}

/** Keeps a replica up with the home it has, and the home with who is at this edge. */
export class HomeFollower implements HomeLine {
  readonly home: HomeFollowerParts['home'];
  readonly #parts: HomeFollowerParts;
  readonly #due: Alarm;
  #attachedMs = -Infinity;
  #attaching: Promise<boolean> | undefined;
  #again = false;
  #toldViewers = 0;
  #closed = false;

  constructor(parts: HomeFollowerParts) {
    this.home = parts.home;
    this.#parts = parts;
    this.#due = new Alarm(parts.clock, () => {
      void this.attach();
    });
  }

  isOf(nodeId: NodeId, epoch: number): boolean {
    return this.home.nodeId === nodeId && this.home.epoch === epoch;
  }

  /** Tells the home who is here, and takes what is new; false where the home is lost. */
  attach(): Promise<boolean> {
    this.#again = this.#attaching !== undefined;
    this.#attaching ??= this.#attach().finally(() => {
      this.#attaching = undefined;
      if (this.#again && !this.#closed) void this.attach();
    });
    return this.#attaching;
  }

  async command(
    command: Exclude<Command, { type: 'tick' }>,
    people: PresentPerson[],
  ): Promise<Result<undefined>> {
    const { id: roomId, replica, wire, nextTurn } = this.#parts;
    const request = { roomId, turn: nextTurn(), have: replica.at, command, people };
    const answer = await wire.ask(this.home.nodeId, 'room.command', request);
    if (!answer.ok) return answer;
    const { news, refused } = answer.value;
    if (!(await this.#take(news))) return refuse('home-away');
    return refused === undefined ? done(undefined) : refuse(refused);
  }

  async find(id: ParticipantId): Promise<Actor | undefined> {
    const { id: roomId, wire } = this.#parts;
    const answer = await wire.ask(this.home.nodeId, 'room.find', { roomId, id });
    return answer.ok ? answer.value.person?.actor : undefined;
  }

  async audience(offset: number, limit: number): Promise<AudiencePage | undefined> {
    const { id: roomId, wire } = this.#parts;
    const answer = await wire.ask(this.home.nodeId, 'room.audience', { roomId, offset, limit });
    return answer.ok ? answer.value : undefined;
  }

  crowdChanged(): void {
    const { replica, pace } = this.#parts;
    if (this.#closed || replica.viewersHere() === this.#toldViewers) return;
    this.#dueAt(this.#attachedMs + pace.viewersEveryMs);
  }

  reacted(counts: ReactionCounts): void {
    const { id: roomId, wire } = this.#parts;
    const { nodeId, epoch } = this.home;
    wire.tell(nodeId, 'room.reactions', { roomId, epoch, counts });
  }

  data(message: DataMessage, to?: ParticipantId): void {
    const { id: roomId, wire, nextTurn } = this.#parts;
    const { nodeId, epoch } = this.home;
    wire.tell(nodeId, 'room.data', { roomId, epoch, turn: nextTurn(), message, ...(to && { to }) });
  }

  /** The home told the next step. */
  step(seq: number, step: RoomStep): void {
    const { replica } = this.#parts;
    if (this.#closed) return;
    const other = replica.at.epoch !== this.home.epoch;
    if (other || replica.take(seq, step) === 'gap') void this.attach();
  }

  close(): void {
    this.#closed = true;
    this.#due.setTo(undefined);
  }

  async #attach(): Promise<boolean> {
    const { id: roomId, replica, wire, pace, clock, nextTurn } = this.#parts;
    this.#due.setTo(undefined);
    this.#attachedMs = clock.now();
    this.#toldViewers = replica.viewersHere();
    const answer = await wire.ask(this.home.nodeId, 'room.attach', {
      roomId,
      turn: nextTurn(),
      have: replica.at,
      viewers: this.#toldViewers,
      people: replica.peopleForHome(),
    });
    if (this.#closed) return false;
    if (!answer.ok || !(await this.#take(answer.value.news))) {
      this.#parts.onLost();
      return false;
    }
    replica.setViewersElsewhere(answer.value.viewersElsewhere);
    replica.settleOwed(replica);
    this.#dueAt(this.#attachedMs + pace.attachEveryMs);
    return true;
  }

  #dueAt(atMs: number): void {
    if (!this.#closed && atMs < (this.#due.dueMs ?? Infinity)) this.#due.setTo(atMs);
  }

  /** Whether the replica has it all now. */
  async #take(news: RoomNews): Promise<boolean> {
    const { id: roomId, replica, wire } = this.#parts;
    if (news.epoch !== this.home.epoch) return false;
    if (news.type === 'steps') {
      let seq = news.seq - news.steps.length;
      for (const step of news.steps) {
        seq += 1;
        if (replica.at.epoch !== news.epoch || replica.take(seq, step) === 'gap') return false;
      }
      return true;
    }
    const state = await fetchWhole(wire, this.home.nodeId, roomId, replica.state.settings, news);
    if (state === undefined || this.#closed) return false;
    replica.install(state.at, state.state);
    return true;
  }
}
