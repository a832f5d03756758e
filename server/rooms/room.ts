import type { ReactionKind } from '../../protocol/reactions.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { ErrorCode, Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { BackstageView, ChatMessage, RoomStatus, RoomView, SelfView } from '../../protocol/roomView.ts';
import { Alarm } from './alarm.ts';
import type { AnyRoom, AudiencePage, RoomEvents } from './anyRoom.ts';
import type { Clock } from './clock.ts';
import type { Actor, Command, Effect, RoomSettings } from './commands.ts';
import { CrowdNews } from './crowdNews.ts';
import { decide } from './decide.ts';
import { nextDeadlineMs } from './grace.ts';
import { isPaused } from './mediaIntent.ts';
import { newRoom, seatHolder } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import { Roster } from './roster.ts';
import { backstageView, roomView, selfView } from './views.ts';

export interface RoomParts {
  id: RoomId;
  settings: RoomSettings;
  clock: Clock;
  events: RoomEvents;
  /** Nobody is in the room any more and no seat is kept. */
  onVacated?(): void;
  onClosed?(): void;
}

/** One room at work: runs commands one after another, performs their effects in order, and watches the clock. */
export class Room implements AnyRoom {
  readonly id: RoomId;
  readonly #parts: RoomParts;
  readonly #roster = new Roster();
  readonly #deadline: Alarm;
  readonly #news: CrowdNews;
  readonly #effects: Effect[] = [];
  #state: RoomState;
  #view: RoomView;
  #performing = false;
  #vacant = true;
  #closed = false;

  constructor(parts: RoomParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#state = newRoom(parts.id, parts.settings);
    this.#view = roomView(this.#state);
    this.#news = new CrowdNews(parts.clock, parts.events);
    this.#deadline = new Alarm(parts.clock, () => {
      this.run({ type: 'tick' });
    });
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
    return this.#roster.audienceSize(this.#state.stage);
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
    if (this.#closed) return refuse('room-ended');
    const { state, effects, refused } = decide(this.#state, command, this.#parts.clock.now());
    const reason = refused ?? this.#refusesForRoster(command, state);
    this.#followInRoster(command, reason);
    if (reason === undefined) this.#become(state, effects);
    this.#countHeads();
    this.#performAll();
    return reason === undefined ? done(undefined) : refuse(reason);
  }

  react(id: ParticipantId, kind: ReactionKind): void {
    if (!this.#closed && this.#roster.has(id)) this.#news.react(kind);
  }

  /** Stops the room without a word to anybody; its people were told before. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline.setTo(undefined);
    this.#news.close();
    this.#roster.clear();
    this.#effects.length = 0;
    this.#parts.onClosed?.();
  }

  /** What the rules cannot see, since viewers are not in the room's state. */
  #refusesForRoster(command: Command, after: RoomState): ErrorCode | undefined {
    if (command.type === 'join') return this.#isOneTooMany(command.by, after) ? 'room-full' : undefined;
    if ('by' in command && !this.#roster.has(command.by.id)) return 'not-joined';
    switch (command.type) {
      case 'invite':
        return this.#roster.has(command.id) ? undefined : 'no-such-participant';
      case 'kick': {
        const present = this.#roster.has(command.id) || seatHolder(this.#state, command.id) !== undefined;
        return present ? undefined : 'no-such-participant';
      }
      default:
        return undefined;
    }
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
    this.#effects.push(...effects);
    if (state.status === 'ended') this.#roster.clear();
    if (state.stage.length > before.stage.length) this.#noteAbsence(before, state);
    this.#deadline.setTo(nextDeadlineMs(this.#state));
  }

  /** Somebody may be brought on stage in the moment his connection is lost: his grace begins with the seat. */
  #noteAbsence(before: RoomState, after: RoomState): void {
    for (const { id } of after.stage) {
      if (seatHolder(before, id) !== undefined || this.#roster.connected(id)) continue;
      const { state, effects } = decide(after, { type: 'drop', id }, this.#parts.clock.now());
      this.#become(state, effects);
    }
  }

  #countHeads(): void {
    this.#news.viewers(this.viewerCount());
    const vacant = this.#roster.size === 0 && this.#state.stage.length === 0;
    if (vacant === this.#vacant) return;
    this.#vacant = vacant;
    if (vacant) this.#parts.onVacated?.();
  }

  /** Effects keep their order even when performing one runs the next command. */
  #performAll(): void {
    if (this.#performing) return;
    this.#performing = true;
    try {
      for (let next = this.#effects.shift(); next !== undefined; next = this.#effects.shift()) {
        this.#parts.events.perform(next);
      }
    } finally {
      this.#performing = false;
    }
  }
}
