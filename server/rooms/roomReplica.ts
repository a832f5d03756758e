import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import { ownerOfFeed } from '../../protocol/identity.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { ReactionKind } from '../../protocol/reactions.ts';
import type { RoomStep } from '../../protocol/roomReplication.ts';
import type { ChatMessage, RoomView } from '../../protocol/roomView.ts';
import type { AnyRoom, AudiencePage, DataMessage, RoomEvents, Soon } from './anyRoom.ts';
import type { Clock } from './clock.ts';
import type { Actor, Command, Effect, FeedOrigin } from './commands.ts';
import { CrowdNews } from './crowdNews.ts';
import { decide } from './decide.ts';
import { EdgePeople, concernsHome } from './edgePeople.ts';
import { EffectQueue } from './effectQueue.ts';
import { concerns, effectsBetween } from './effectsHere.ts';
import type { HomeLine } from './homeLine.ts';
import { isPaused } from './mediaIntent.ts';
import type { PresentPerson } from './roomEdges.ts';
import { seatHolder } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import type { Roster } from './roster.ts';
import { holdsSeatByToken } from './seats.ts';
import { withDelta } from './stateDelta.ts';
import { isBehind } from './stepLog.ts';
import type { Position } from './stepLog.ts';
import { backstageView, roomView, selfView } from './views.ts';

export interface RoomReplicaParts {
  id: RoomId;
  /** Of this node. */
  place: FeedOrigin;
  state: RoomState;
  at: Position;
  roster: Roster;
  clock: Clock;
  events: RoomEvents;
  line: HomeLine;
  onVacated?(): void;
}

/** A room at an edge: its state as the home tells it, and the people who are here, to whom the edge sees itself. */
export class RoomReplica implements AnyRoom {
  readonly id: RoomId;
  readonly #parts: RoomReplicaParts;
  readonly #roster: Roster;
  readonly #news: CrowdNews;
  readonly #effects: EffectQueue;
  readonly #people: EdgePeople;
  /** Feeds that closed here while no home could be told, with their epochs. */
  readonly #owed = new Map<FeedId, number>();
  #state: RoomState;
  #at: Position;
  #view: RoomView;
  #viewersElsewhere = 0;
  #vacant: boolean;
  #closed = false;

  constructor(parts: RoomReplicaParts) {
    const { clock, events, place } = parts;
    this.id = parts.id;
    this.#parts = parts;
    this.#roster = parts.roster;
    this.#people = new EdgePeople(parts.roster, clock);
    this.#state = parts.state;
    this.#at = parts.at;
    this.#view = roomView(parts.state);
    this.#vacant = this.#roster.size === 0;
    this.#news = new CrowdNews(clock, {
      viewersChanged: (count) => {
        events.viewersChanged(count);
      },
      reactions: (counts) => {
        parts.line.reacted(counts);
      },
    });
    this.#effects = new EffectQueue((effect) => {
      if (!concerns(effect, place.nodeId, (id) => this.#roster.has(id))) return;
      if (effect.type === 'replaced') this.#roster.remove(effect.id);
      events.perform(effect);
    });
  }

  get status() {
    return this.#state.status;
  }
  /** Nobody is here; seats are for the home to keep. */
  get vacant(): boolean {
    return this.#vacant;
  }
  get state(): RoomState {
    return this.#state;
  }
  get at(): Position {
    return this.#at;
  }
  view(): RoomView {
    return this.#view;
  }
  backstage() {
    return backstageView(this.#state);
  }
  self(id: ParticipantId) {
    const actor = this.#roster.actor(id);
    return actor === undefined ? undefined : selfView(this.#state, actor);
  }
  chatHistory(): ChatMessage[] {
    return [...this.#state.chat];
  }
  viewerCount(): number {
    return this.#viewersElsewhere + this.viewersHere();
  }
  feed(feedId: FeedId) {
    const holder = seatHolder(this.#state, ownerOfFeed(feedId));
    const feed = holder?.feeds.find((open) => open.feedId === feedId);
    return holder && feed && { epoch: feed.epoch, paused: isPaused(holder, feed.source) };
  }

  viewersHere(): number {
    return this.#roster.audienceSize(this.#state.stage);
  }

  pageFor(offset: number, limit: number): AudiencePage {
    return this.#roster.audience(this.#state.stage, offset, limit);
  }

  /** Somebody here whom the home asks for. */
  personFor(id: ParticipantId): PresentPerson | undefined {
    return this.#people.askedFor(id);
  }

  peopleForHome(): PresentPerson[] {
    return this.#people.forHome(this.#state);
  }

  find(id: ParticipantId): Soon<Actor | undefined> {
    return this.#roster.actor(id) ?? this.#parts.line.find(id);
  }

  async audience(offset: number, limit: number): Promise<AudiencePage> {
    // Without a home there are at least the people here.
    return (await this.#parts.line.audience(offset, limit)) ?? this.pageFor(offset, limit);
  }

  join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Soon<Result<undefined>> {
    if (holdsSeatByToken(actor) || concernsHome(this.#state, actor.id)) return this.#joinAtHome(actor, start);
    const { refused } = decide(this.#state, { type: 'join', by: actor }, this.#parts.clock.now());
    if (refused !== undefined) return refuse(refused);
    const newcomer = actor.role === 'viewer' && !this.#roster.has(actor.id);
    if (newcomer && this.viewerCount() >= this.#state.settings.maxViewers) return refuse('room-full');
    this.#connect(actor);
    return done(undefined);
  }

  run(command: Command): Soon<Result<undefined>> {
    switch (command.type) {
      case 'join':
        return this.join(command.by, command.start);
      case 'tick':
        return done(undefined); // the home's own clock
      case 'drop':
        this.drop(command.id);
        return done(undefined);
      case 'depart':
        this.depart(command.id);
        return done(undefined);
      case 'openFeed':
        if (!this.#roster.has(command.id)) return refuse('not-on-stage');
        return this.#ask({ ...command, origin: this.#parts.place }, [command.id]);
      case 'mediaGone':
        return this.#closeFeeds(command, command.id);
      case 'closeFeed':
        return this.#closeFeeds(command, ownerOfFeed(command.feedId));
      default: {
        if (!this.#roster.has(command.by.id)) return refuse('not-joined');
        return this.#ask(command, 'id' in command ? [command.by.id, command.id] : [command.by.id]);
      }
    }
  }

  drop(id: ParticipantId): void {
    if (!this.#roster.has(id)) return;
    this.#roster.disconnect(id);
    if (concernsHome(this.#state, id)) void this.#parts.line.command({ type: 'drop', id }, []);
  }

  depart(id: ParticipantId): void {
    if (!this.#roster.has(id)) return;
    this.#roster.remove(id);
    if (concernsHome(this.#state, id)) void this.#parts.line.command({ type: 'depart', id }, []);
    this.#recount();
  }

  react(id: ParticipantId, kind: ReactionKind): void {
    if (!this.#closed && this.#roster.has(id)) this.#news.react(kind);
  }

  sendData(message: DataMessage, to?: ParticipantId): void {
    this.#parts.line.data(message, to);
    this.#parts.events.data(message, to);
  }

  close(): void {
    this.retire();
    this.#roster.clear();
  }

  /** Stops following; people and state stay as they are for who goes on with them. */
  retire(): void {
    this.#closed = true;
    this.#news.close();
    this.#effects.clear();
  }

  /** Takes the next step; `gap` where one before it is missing. Steps of another home are not asked here. */
  take(seq: number, { delta, effects }: RoomStep): 'taken' | 'gap' {
    if (seq <= this.#at.seq) return 'taken';
    if (seq > this.#at.seq + 1) return 'gap';
    this.#become(withDelta(this.#state, delta), { ...this.#at, seq }, effects);
    return 'taken';
  }

  /** Takes a whole state, and makes up for what was missed; an older one than is here is left. */
  install(at: Position, state: RoomState): void {
    if (!isBehind(this.#at, at)) return;
    this.#become(state, at, effectsBetween(this.#state, state, this.#parts.clock.now()));
  }

  setViewersElsewhere(count: number): void {
    this.#viewersElsewhere = count;
    this.#recount();
  }

  /** There is a home, at `room`: it is told of feeds that closed while there was none. */
  settleOwed(room: AnyRoom): void {
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const [feedId, epoch] of owed)
      if (room.feed(feedId)?.epoch === epoch) void room.run({ type: 'closeFeed', feedId });
  }

  #become(state: RoomState, at: Position, effects: readonly Effect[]): void {
    if (this.#closed) return;
    this.#state = state;
    this.#at = at;
    this.#view = roomView(state);
    this.#effects.add(effects);
    if (state.status === 'ended') this.#roster.clear();
    this.#effects.run();
    this.#recount();
  }

  #connect(actor: Actor): void {
    this.#roster.connect(actor);
    this.#recount();
  }

  async #joinAtHome(
    actor: Actor,
    start: { microphone: boolean; camera: boolean } | undefined,
  ): Promise<Result<undefined>> {
    this.#people.arriving(actor);
    const command = { type: 'join' as const, by: actor, ...(start && { start }) };
    const joined = await this.#parts.line.command(command, []);
    this.#people.arrived(actor.id);
    if (!joined.ok) return joined;
    // The room may have gone on while the answer was on its way.
    if (this.#closed) return refuse('home-away');
    if (this.#state.status === 'ended') return refuse('room-ended');
    if (actor.role !== 'host' && this.#state.bans.has(actor.id)) return refuse('banned');
    this.#connect(actor);
    return joined;
  }

  async #closeFeeds(
    command: Command & { type: 'mediaGone' | 'closeFeed' },
    owner: ParticipantId,
  ): Promise<Result<undefined>> {
    const open = seatHolder(this.#state, owner)?.feeds ?? [];
    const closing =
      command.type === 'mediaGone' ? open : open.filter(({ feedId }) => feedId === command.feedId);
    if (closing.length === 0 || !this.#roster.has(owner)) return done(undefined);
    const closed = await this.#ask(command, [owner]);
    if (!closed.ok && closed.error.code === 'home-away')
      for (const { feedId, epoch } of closing) this.#owed.set(feedId, epoch);
    return closed;
  }

  #ask(command: Exclude<Command, { type: 'tick' }>, about: ParticipantId[]): Promise<Result<undefined>> {
    return this.#parts.line.command(command, this.#people.of(about));
  }

  #recount(): void {
    if (this.#closed) return;
    this.#news.viewers(this.viewerCount());
    this.#parts.line.crowdChanged();
    const vacant = this.#roster.size === 0;
    if (vacant === this.#vacant) return;
    this.#vacant = vacant;
    if (vacant) this.#parts.onVacated?.();
  }
}
