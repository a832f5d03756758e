import { done, refuse } from '../../protocol/errors.ts';
import type { ErrorCode, Result } from '../../protocol/errors.ts';
import { ownerOfFeed } from '../../protocol/identity.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest, NodeResponse } from '../../protocol/nodeMessages.ts';
import { Alarm } from './alarm.ts';
import type { AudiencePage, DataMessage, RoomEvents, Soon } from './anyRoom.ts';
import type { Actor, Command, Effect } from './commands.ts';
import type { ReactionCounts } from './crowdNews.ts';
import { EdgePresence } from './edgePresence.ts';
import { audienceOfAll, findAtEdges } from './edgeQuestions.ts';
import { Room } from './room.ts';
import type { RoomParts } from './room.ts';
import { RoomBehind } from './roomBehind.ts';
import { RoomEdges } from './roomEdges.ts';
import type { PresentPerson } from './roomEdges.ts';
import type { RoomState } from './roomState.ts';
import type { RoomPace, RoomWire } from './roomWire.ts';
import type { Roster } from './roster.ts';
import { deltaBetween } from './stateDelta.ts';
import { StepLog } from './stepLog.ts';
import type { Position } from './stepLog.ts';

export interface RoomHomeParts extends Omit<RoomParts, 'elsewhere' | 'onStep'> {
  epoch: number;
  roster: Roster;
  wire: RoomWire;
  pace: RoomPace;
  /** Nobody can have taken the room; see `RoomHomes`. */
  sure(): boolean;
  /** This is the home no more: a later one speaks, or may be there without our knowing. */
  onFenced(): void;
}

/** How often a home looks after its edges. */
const sweepEveryMs = 500;

/** A room at its home: the one writer of its state, which its edges follow step by step. */
export class RoomHome extends RoomBehind {
  readonly room: Room;
  readonly #parts: RoomHomeParts;
  readonly #edges: RoomEdges;
  readonly #presence: EdgePresence;
  readonly #log: StepLog;
  readonly #sweeping: Alarm;
  readonly #toldViewers = new Map<NodeId, number>();
  #turn = 0;
  /** Until then, people whom nobody has had may still be reported by their edges. */
  #settledFromMs: number;

  constructor(parts: RoomHomeParts) {
    super();
    this.#parts = parts;
    this.#edges = new RoomEdges(parts.wire.self);
    this.#log = new StepLog(parts.epoch);
    this.#settledFromMs = parts.clock.now() + parts.pace.edgeTtlMs;
    const events: RoomEvents = {
      perform: (effect) => {
        parts.events.perform(effect);
      },
      viewersChanged: (count) => {
        parts.events.viewersChanged(count);
        this.#tellViewers();
      },
      reactions: (counts) => {
        parts.events.reactions(counts);
        for (const edge of this.#edges.nodes())
          parts.wire.tell(edge, 'room.reactions', { roomId: parts.id, epoch: parts.epoch, counts });
      },
      data: (message, to) => {
        parts.events.data(message, to);
      },
    };
    this.room = new Room({
      ...parts,
      events,
      elsewhere: this.#edges,
      onStep: (before, after, effects) => {
        this.#spread(before, after, effects);
      },
    });
    this.#presence = new EdgePresence(this.room, this.#edges);
    this.#sweeping = new Alarm(parts.clock, () => {
      this.#sweep();
    });
    if (this.room.state.stage.length > 0) this.#sweepSoon();
  }

  /** People who are here are on their seats, whatever the last home knew of it. */
  seatOwnPeople(): void {
    for (const { id, presence } of this.room.state.stage) {
      const actor = this.#parts.roster.connected(id) ? this.room.find(id) : undefined;
      if (presence === 'away' && actor !== undefined) this.room.join(actor);
    }
  }

  protected get behind(): Room {
    return this.room;
  }

  get at(): Position {
    return this.#log.at;
  }
  get state(): RoomState {
    return this.room.state;
  }
  /** No other node has anything of the room. */
  get alone(): boolean {
    return this.#edges.size === 0;
  }

  override join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Result<undefined> {
    const joined = this.room.join(actor, start);
    if (joined.ok && this.#edges.takeOut(actor.id))
      this.room.announce([{ type: 'replaced', id: actor.id, at: this.#parts.wire.self }]);
    return joined;
  }

  override run(command: Command): Result<undefined> {
    // What happens here to media of somebody who is elsewhere is not his doing.
    const owner = 'by' in command ? undefined : subjectOf(command);
    if (owner !== undefined && this.#edges.has(owner)) return done(undefined);
    const { self: nodeId, region } = this.#parts.wire;
    return this.room.run(command.type === 'openFeed' ? { ...command, origin: { nodeId, region } } : command);
  }

  override drop(id: ParticipantId): void {
    if (!this.#edges.has(id)) this.room.drop(id);
  }

  override depart(id: ParticipantId): void {
    if (!this.#edges.has(id)) this.room.depart(id);
  }

  override sendData(message: DataMessage, to?: ParticipantId): void {
    this.dataFrom(this.#parts.wire.self, message, to);
  }

  /** Hands a data message to everybody but the node it comes from, which has done so already. */
  dataFrom(from: NodeId, message: DataMessage, to: ParticipantId | undefined): void {
    const { wire, epoch } = this.#parts;
    const payload = { roomId: this.id, epoch, turn: (this.#turn += 1), message, ...(to && { to }) };
    for (const edge of this.#edges.nodes()) if (edge !== from) wire.tell(edge, 'room.data', payload);
    this.room.sendData(message, to);
  }

  override find(id: ParticipantId): Soon<Actor | undefined> {
    const known = this.room.find(id) ?? this.#edges.person(id)?.actor;
    return known !== undefined || this.#edges.size === 0 ? known : this.#findElsewhere(id);
  }

  /** As `find`, with whether he is connected. */
  async personFor(id: ParticipantId): Promise<PresentPerson | undefined> {
    const actor = await this.find(id);
    return actor && (this.#edges.person(id) ?? { actor, connected: true });
  }

  pageFor(offset: number, limit: number): Soon<AudiencePage> {
    return this.audience(offset, limit);
  }

  override audience(offset: number, limit: number): Soon<AudiencePage> {
    const own = this.room.audience(offset, limit);
    if (this.#edges.size === 0) return own;
    return audienceOfAll(this.#parts.wire, this.#edges, this.id, own, { offset, limit });
  }

  override close(): void {
    this.#sweeping.setTo(undefined);
    this.room.close();
  }

  /** Stops being the home; the state is for who goes on with it. */
  retire(): RoomState {
    this.#sweeping.setTo(undefined);
    this.room.retire();
    return this.room.state;
  }

  /** An edge says that it holds the room, and what it has of it. */
  attach(from: NodeId, request: NodeRequest<'room.attach'>): Result<NodeResponse<'room.attach'>> {
    if (this.#isOutdone(request.have)) return refuse('home-away');
    const first = !this.#edges.knows(from);
    if (this.#edges.heard(from, request.turn, this.#parts.clock.now())) {
      this.#edges.setViewers(from, request.viewers);
      this.#presence.reconcile(from, request, first);
    }
    this.room.recount();
    this.#sweepSoon();
    const viewersElsewhere = this.#viewersBeside(from);
    this.#toldViewers.set(from, viewersElsewhere);
    return done({ news: this.#log.newsFor(request.have, this.room.state), viewersElsewhere });
  }

  /** A command of somebody at an edge; one that comes twice is done once. */
  command(from: NodeId, request: NodeRequest<'room.command'>): Result<NodeResponse<'room.command'>> {
    if (this.#isOutdone(request.have)) return refuse('home-away');
    this.#edges.heard(from, request.turn, this.#parts.clock.now());
    let result = this.#edges.answer(from, request.turn) as Result<undefined> | undefined;
    if (result === undefined) {
      result = this.#presence.run(from, request);
      this.#edges.keepAnswer(from, request.turn, result);
    }
    this.room.recount();
    this.#sweepSoon();
    const refused: { refused?: ErrorCode } = result.ok ? {} : { refused: result.error.code };
    return done({ news: this.#log.newsFor(request.have, this.room.state), ...refused });
  }

  /** There is no way to this node just now. */
  peerLost(nodeId: NodeId): void {
    this.#edges.cut(nodeId, this.#parts.clock.now());
  }

  reactionsFrom(counts: ReactionCounts): void {
    this.room.reactAll(counts);
  }

  /** Something of another home is here: where it is a later one, this one ends. */
  #isOutdone({ epoch }: Position): boolean {
    if (epoch <= this.#parts.epoch) return false;
    this.#parts.onFenced();
    return true;
  }

  #spread(before: RoomState, after: RoomState, effects: readonly Effect[]): void {
    if (before === after && effects.length === 0) return;
    if (this.#edges.size === 0) {
      this.#log.pass();
      return;
    }
    const step = { delta: deltaBetween(before, after), effects: [...effects] };
    const { epoch, seq } = this.#log.add(step);
    for (const edge of this.#edges.nodes())
      this.#parts.wire.tell(edge, 'room.step', { roomId: this.id, epoch, seq, step });
  }

  #viewersBeside(edge: NodeId): number {
    return this.room.viewerCount() - this.#edges.viewersAt(edge);
  }

  #tellViewers(): void {
    const { epoch } = this.#log.at;
    for (const edge of this.#edges.nodes()) {
      const viewersElsewhere = this.#viewersBeside(edge);
      if (this.#toldViewers.get(edge) === viewersElsewhere) continue;
      this.#toldViewers.set(edge, viewersElsewhere);
      this.#parts.wire.tell(edge, 'room.viewers', { roomId: this.id, epoch, viewersElsewhere });
    }
  }

  async #findElsewhere(id: ParticipantId): Promise<Actor | undefined> {
    await findAtEdges(this.#parts.wire, this.#edges, this.id, id, (person, at, turn) => {
      this.#presence.meet(at, person, turn);
    });
    return this.#edges.person(id)?.actor;
  }

  #sweepSoon(): void {
    if (!this.#sweeping.set) this.#sweeping.setTo(this.#parts.clock.now() + sweepEveryMs);
  }

  #sweep(): void {
    const { clock, pace } = this.#parts;
    const nowMs = clock.now();
    const silent = this.#edges.silentSince(nowMs - pace.edgeTtlMs);
    const doubtful = silent.length > 0 || this.#edges.someCutSince(nowMs - pace.edgeBlinkMs);
    // An edge that is gone may have taken the room, where we would not hear of it.
    if (doubtful && !this.#parts.sure()) {
      this.#parts.onFenced();
      return;
    }
    for (const edge of silent) {
      this.#toldViewers.delete(edge);
      this.#presence.lose(edge);
    }
    if (nowMs >= this.#settledFromMs) this.#presence.dropStrays();
    this.room.recount();
    if (this.#edges.size > 0 || nowMs < this.#settledFromMs) this.#sweepSoon();
  }
}

/** Whom a command without an asker is about. */
function subjectOf(command: Exclude<Command, { by: Actor }>): ParticipantId | undefined {
  switch (command.type) {
    case 'drop':
    case 'depart':
    case 'openFeed':
    case 'mediaGone':
      return command.id;
    case 'closeFeed':
      return ownerOfFeed(command.feedId);
    case 'tick':
      return undefined;
    default:
      return command satisfies never;
  }
}
