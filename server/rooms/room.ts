import type { ReactionKind } from '../../protocol/reactions.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { ErrorCode, Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { BackstageView, ChatMessage, RoomStatus, RoomView, SelfView } from '../../protocol/roomView.ts';
import { Alarm } from './alarm.ts';
import type { AnyRoom, AudiencePage, DataMessage, RoomEvents } from './anyRoom.ts';
import type { Clock } from './clock.ts';
import type { Actor, Command, Effect, RoomSettings } from './commands.ts';
import { CrowdNews } from './crowdNews.ts';
import type { ReactionCounts } from './crowdNews.ts';
import { decide } from './decide.ts';
import { EffectQueue } from './effectQueue.ts';
import { concerns } from './effectsHere.ts';
import { nextDeadlineMs } from './grace.ts';
import { isPaused } from './mediaIntent.ts';
import type { Elsewhere } from './roomEdges.ts';
import { newRoom, seatHolder } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import { Roster } from './roster.ts';
import { backstageView, roomView, selfView } from './views.ts';

export interface RoomParts {
  id: RoomId;
  settings: RoomSettings;
  clock: Clock;
  events: RoomEvents;
  /** What an earlier home of the room left; a room nobody entered where there is none. */
  state?: RoomState;
  /** Who is at this node already. */
  roster?: Roster;
  /** The room's people at other nodes; nobody where there is no other node. */
  elsewhere?: Elsewhere;
  /** Hears of every change before its effects are performed. */
  onStep?(before: RoomState, after: RoomState, effects: readonly Effect[]): void;
  /** Nobody is in the room any more and no seat is kept. */
  onVacated?(): void;
  onClosed?(): void;
}

/** One room at work: runs commands one after another, performs their effects in order, and watches the clock. */
export class Room implements AnyRoom {
  readonly id: RoomId;
  readonly #parts: RoomParts;
  readonly #roster: Roster;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #deadline: Alarm;
  readonly #news: CrowdNews;
  readonly #effects: EffectQueue;
  #state: RoomState;
  #view: RoomView;
  #vacant = true;
  #closed = false;

  constructor(parts: RoomParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#roster = parts.roster ?? new Roster();
    this.#elsewhere = parts.elsewhere;
    this.#state = parts.state ?? newRoom(parts.id, parts.settings);
    this.#view = roomView(this.#state);
    this.#news = new CrowdNews(parts.clock, parts.events);
    this.#effects = new EffectQueue((effect) => {
      this.#perform(effect);
    });
    this.#deadline = new Alarm(parts.clock, () => {
      this.run({ type: 'tick' });
    });
    this.#deadline.setTo(nextDeadlineMs(this.#state));
    this.#vacant = this.#isVacant();
  }

  get state(): RoomState {
    return this.#state;
  }

  get status(): RoomStatus {
    return this.#state.status;
  }

  /** Nobody is here and no seat is kept for anybody. */
  get vacant(): boolean {
    return this.#vacant;
  }

  view(): RoomView {
    return this.#view;
  }

  backstage(): BackstageView {
    return backstageView(this.#state);
  }

  /** Undefined for whom is not in the room. */
  self(id: ParticipantId): SelfView | undefined {
    const actor = this.#roster.actor(id);
    return actor === undefined ? undefined : selfView(this.#state, actor);
  }

  find(id: ParticipantId): Actor | undefined {
    return this.#roster.actor(id);
  }

  chatHistory(): ChatMessage[] {
    return [...this.#state.chat];
  }

  /** People in the room who are not on stage. */
  viewerCount(): number {
    return this.#roster.audienceSize(this.#state.stage) + (this.#elsewhere?.viewers ?? 0);
  }

  /** One page of the people who are not on stage. */
  audience(offset: number, limit: number): AudiencePage {
    return this.#roster.audience(this.#state.stage, offset, limit);
  }

  /** An open feed: its epoch, and whether its owner's intent keeps it silent. */
  feed(feedId: FeedId): { epoch: number; paused: boolean } | undefined {
    for (const holder of this.#state.stage) {
      const feed = holder.feeds.find((open) => open.feedId === feedId);
      if (feed !== undefined) return { epoch: feed.epoch, paused: isPaused(holder, feed.source) };
    }
    return undefined;
  }

  /** Somebody connects, or comes back, or takes over from another connection of his. */
  join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Result<undefined> {
    return this.run({ type: 'join', by: actor, ...(start === undefined ? {} : { start }) });
  }

  /** The connection was lost: its owner is still counted, and keeps what he had for the grace time. */
  drop(id: ParticipantId): void {
    this.run({ type: 'drop', id });
  }

  /** Gone for good. */
  depart(id: ParticipantId): void {
    this.run({ type: 'depart', id });
  }

  /** Runs one command to its end, effects included, unless an effect of another command is being performed just now. */
  run(command: Command): Result<undefined> {
    return this.#run(command, true);
  }

  /** Runs a command of somebody who is at another node, which has seen that he is there. */
  runRemote(command: Command): Result<undefined> {
    return this.#run(command, false);
  }

  #run(command: Command, here: boolean): Result<undefined> {
    if (this.#closed) return refuse('room-ended');
    const { state, effects, refused } = decide(this.#state, command, this.#parts.clock.now());
    const reason = refused ?? this.#refusesForRoster(command, state, here);
    if (here) this.#followInRoster(command, reason);
    if (reason === undefined) this.#become(state, effects);
    this.recount();
    this.#effects.run();
    return reason === undefined ? done(undefined) : refuse(reason);
  }

  /** Has something done that no rule decided. */
  announce(effects: readonly Effect[]): void {
    if (this.#closed) return;
    this.#parts.onStep?.(this.#state, this.#state, effects);
    this.#effects.add(effects);
    this.#effects.run();
  }

  react(id: ParticipantId, kind: ReactionKind): void {
    if (!this.#closed && this.#roster.has(id)) this.#news.react(kind);
  }

  sendData(message: DataMessage, to?: ParticipantId): void {
    if (!this.#closed) this.#parts.events.data(message, to);
  }

  /** What people at another node threw. */
  reactAll(counts: ReactionCounts): void {
    if (!this.#closed) this.#news.reactAll(counts);
  }

  /** Stops the room without a word to anybody; its people were told before. */
  close(): void {
    if (this.#closed) return;
    this.retire();
    this.#roster.clear();
    this.#parts.onClosed?.();
  }

  /** Stops running the room, whose people and state stay as they are for who goes on with it. */
  retire(): void {
    this.#closed = true;
    this.#deadline.setTo(undefined);
    this.#news.close();
    this.#effects.clear();
  }

  /** What the rules cannot see, since viewers are not in the room's state. */
  #refusesForRoster(command: Command, after: RoomState, here: boolean): ErrorCode | undefined {
    if (command.type === 'join')
      return here && this.#isOneTooMany(command.by, after) ? 'room-full' : undefined;
    if (here && 'by' in command && !this.#roster.has(command.by.id)) return 'not-joined';
    switch (command.type) {
      case 'invite':
        return this.#isPresent(command.id) ? undefined : 'no-such-participant';
      case 'kick': {
        const present = this.#isPresent(command.id) || seatHolder(this.#state, command.id) !== undefined;
        return present ? undefined : 'no-such-participant';
      }
      default:
        return undefined;
    }
  }

  #isPresent(id: ParticipantId): boolean {
    return this.#roster.has(id) || (this.#elsewhere?.has(id) ?? false);
  }

  /** Only viewers are counted; whoever is in the room already, or holds a seat, is never one too many. */
  #isOneTooMany(by: Actor, after: RoomState): boolean {
    if (by.role !== 'viewer' || this.#roster.has(by.id) || seatHolder(after, by.id) !== undefined)
      return false;
    return this.viewerCount() >= this.#state.settings.maxViewers;
  }

  #followInRoster(command: Command, refused: ErrorCode | undefined): void {
    if (command.type === 'join' && refused === undefined) this.#roster.connect(command.by);
    if (command.type === 'drop') this.#roster.disconnect(command.id);
    if (command.type === 'depart') this.#roster.remove(command.id);
  }

  #become(state: RoomState, effects: readonly Effect[]): void {
    const before = this.#state;
    this.#state = state;
    if (state.version !== before.version) this.#view = roomView(state);
    this.#parts.onStep?.(before, state, effects);
    this.#effects.add(effects);
    if (state.status === 'ended') this.#roster.clear();
    if (state.stage.length > before.stage.length) this.#noteAbsence(before, state);
    this.#deadline.setTo(nextDeadlineMs(this.#state));
  }

  /** Somebody may be brought on stage in the moment his connection is lost: his grace begins with the seat. */
  #noteAbsence(before: RoomState, after: RoomState): void {
    for (const { id } of after.stage) {
      const connected = this.#roster.connected(id) || (this.#elsewhere?.connected(id) ?? false);
      if (connected || seatHolder(before, id) !== undefined) continue;
      const { state, effects } = decide(after, { type: 'drop', id }, this.#parts.clock.now());
      this.#become(state, effects);
    }
  }

  /** Looks who is here now, at all nodes. */
  recount(): void {
    if (this.#closed) return;
    this.#news.viewers(this.viewerCount());
    const vacant = this.#isVacant();
    if (vacant === this.#vacant) return;
    this.#vacant = vacant;
    if (vacant) this.#parts.onVacated?.();
  }

  #isVacant(): boolean {
    const { size } = this.#roster;
    return size === 0 && this.#state.stage.length === 0 && !(this.#elsewhere?.occupied ?? false);
  }

  #perform(effect: Effect): void {
    const elsewhere = this.#elsewhere;
    if (elsewhere !== undefined) {
      // Of a person nobody has, somebody has to see to what is left of him.
      const isHere = (id: ParticipantId): boolean => this.#roster.has(id) || !elsewhere.has(id);
      if (!concerns(effect, elsewhere.self, isHere)) return;
    }
    if (effect.type === 'replaced') this.#roster.remove(effect.id);
    this.#parts.events.perform(effect);
  }
}
