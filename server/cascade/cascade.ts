import type { Logger } from 'pino';
import type { PipeId } from '../../protocol/cascadeMessages.ts';
import type { NodeCascadeReport } from '../../protocol/cascadeReport.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { NodeRequest, NodeTell } from '../../protocol/nodeMessages.ts';
import type {
  CascadeMeasured,
  CascadeMedia,
  CascadeNetwork,
  CascadeRooms,
  CascadeWire,
  FeedMedia,
  KnownFeed,
} from './cascadePorts.ts';
import { FeedPull } from './feedPull.ts';
import { FeedServes } from './feedServes.ts';
import { HeldLinks } from './heldLinks.ts';
import { LinkSuspicion } from './linkSuspicion.ts';
import type { CascadeSettings, Place } from './networkView.ts';
import type { FeedStanding } from './pathCheck.ts';
import { originReports, pipeReport } from './pipeReport.ts';
import { PipeWatch } from './pipeWatch.ts';
import { PresentView } from './presentView.ts';
import type { PulledPipe } from './pulledPipe.ts';
import { upstream } from './upstreamChoice.ts';
import { wantedFeeds } from './wantedFeeds.ts';
import { wayRound } from './wayRound.ts';

export interface CascadeParts {
  self: Place;
  settings: CascadeSettings;
  wire: CascadeWire;
  rooms: CascadeRooms;
  media: CascadeMedia;
  network: CascadeNetwork;
  log: Logger;
  measured: CascadeMeasured;
  /** From 0 to 1. */
  random: () => number;
  nowMs: () => number;
}

/** Everything is looked at so often, so that what a lost message left undone is done. */
const lookAgainMs = 2000;

/** What a node does of one room. */
interface PassedRoom {
  media: FeedMedia | undefined;
  pulls: Map<FeedId, FeedPull>;
}

/**
 * Makes the pipes of this node equal to what it should pull: the feeds of rooms that somebody here is in, and those that
 * other nodes pull from it. Looks whenever something changes, and every two seconds all the same.
 */
export class Cascade {
  /** What other nodes have from here. */
  readonly serves: FeedServes;
  readonly #parts: CascadeParts;
  readonly #view: PresentView;
  readonly #suspicion = new LinkSuspicion();
  readonly #rooms = new Map<RoomId, PassedRoom>();
  readonly #pipes = new Map<PipeId, PulledPipe>();
  readonly #held: HeldLinks;
  readonly #due = new Set<RoomId>();
  readonly #watch: PipeWatch;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: CascadeParts) {
    this.#parts = parts;
    this.#view = new PresentView(parts.settings);
    this.#held = new HeldLinks(parts.wire);
    this.#watch = new PipeWatch(this.#pipes, parts.wire, parts.nowMs);
    this.serves = new FeedServes({
      ...parts,
      self: parts.self.nodeId,
      standing: (request) => this.#standing(request),
      mediaOf: (roomId) => this.#mediaOf(roomId),
      bring: (request, signal) => this.#bring(request, signal),
      wayOf: (request, producerId) =>
        this.#isOrigin(request) ? [parts.self.nodeId] : this.#pullOf(request)?.wayOf(producerId),
      changed: (roomId) => this.roomChanged(roomId),
      downSinceMs: (nodeId) => this.#suspicion.downSinceMs(nodeId),
    });
    this.networkChanged();
    this.#lookLater();
  }

  /** Somebody came or left, or a feed was opened or closed. */
  roomChanged(roomId: RoomId): void {
    if (this.#due.size === 0) queueMicrotask(() => this.#lookAtDue());
    this.#due.add(roomId);
  }

  /** Nodes came, left, or told something new of themselves. */
  networkChanged(): void {
    const { network, nowMs, self } = this.#parts;
    const members = network.members();
    this.#suspicion.forget(new Set(members.map(({ nodeId }) => nodeId)));
    const nowAtMs = nowMs();
    const isDown = (nodeId: NodeId): boolean =>
      nodeId !== self.nodeId && this.#suspicion.isDown(nodeId, nowAtMs);
    if (!this.#view.update(members, isDown)) return;
    for (const { pulls } of this.#rooms.values()) for (const pull of pulls.values()) pull.look();
    this.#holdLinks();
  }

  /** `restarted`: another run of the node is there, which knows nothing of what this one had with the last. */
  linkUp(nodeId: NodeId, restarted: boolean): void {
    this.#suspicion.up(nodeId);
    if (restarted) this.serves.forget(nodeId);
    for (const pipe of this.#pipes.values()) {
      if (pipe.up.from !== nodeId) continue;
      if (restarted) pipe.hear({ type: 'closed' });
      else pipe.repeat();
    }
    this.networkChanged();
  }

  /** Its link broke, and not by agreement. */
  linkDown(nodeId: NodeId): void {
    this.#suspicion.down(nodeId, this.#parts.nowMs());
    this.networkChanged();
  }

  hearNews(from: NodeId, { pipeId, news }: NodeTell<'feed.news'>): void {
    const pipe = this.#pipes.get(pipeId);
    if (pipe?.up.from === from) pipe.hear(news);
  }

  /** How much of what comes from a region is lost on its way here, 0 to 1, in coarse steps. */
  lossFrom(region: RegionId): number {
    return this.#watch.lossFrom(region);
  }

  /** What this node pulls, and what others pull that was published here; of one room, or of all. */
  report(roomId?: RoomId): NodeCascadeReport {
    const { self, rooms } = this.#parts;
    const passed = roomId === undefined ? [...this.#rooms.values()] : [this.#rooms.get(roomId)];
    const pulls = passed.flatMap((room) => [...(room?.pulls.values() ?? [])]);
    const published = [...(roomId === undefined ? rooms.occupied() : [roomId])].flatMap((id) =>
      originReports(
        id,
        (rooms.feeds(id) ?? []).filter((feed) => this.#isOrigin(feed)),
        this.serves.in(id),
      ),
    );
    return {
      nodeId: self.nodeId,
      region: self.region,
      atMs: Date.now(),
      pulls: pulls.flatMap((pull) => pipeReport(self, pull, (pipe) => this.#watch.figuresOf(pipe)) ?? []),
      origins: published,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    for (const { pulls } of this.#rooms.values()) for (const pull of pulls.values()) pull.close();
    this.serves.close();
    for (const { media } of this.#rooms.values()) media?.close();
    this.#rooms.clear();
    this.#held.set(new Set());
  }

  #lookLater(): void {
    const { random, network } = this.#parts;
    this.#timer = setTimeout(
      () => {
        this.networkChanged();
        const members = new Set(network.members().map(({ nodeId }) => nodeId));
        this.serves.sweep((nodeId) => members.has(nodeId));
        for (const roomId of new Set([...this.#parts.rooms.occupied(), ...this.#rooms.keys()]))
          this.#look(roomId);
        for (const { pulls } of this.#rooms.values()) for (const pull of pulls.values()) pull.repeat();
        this.#holdLinks();
        this.#lookLater();
      },
      lookAgainMs * (0.75 + random() / 2),
    );
  }

  #lookAtDue(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const roomId of due) this.#look(roomId);
    this.#holdLinks();
  }

  /** Makes a room's pulls be what is wanted. */
  #look(roomId: RoomId): void {
    if (this.#closed) return;
    const known = this.#parts.rooms.feeds(roomId);
    const serves = this.serves.in(roomId);
    const { nodeId } = this.#parts.self;
    const wanted = wantedFeeds(
      nodeId,
      roomId,
      known,
      serves.map(({ request }) => request),
    );
    const room = this.#rooms.get(roomId);
    for (const [feedId, pull] of room?.pulls ?? []) {
      if (wanted.has(feedId)) continue;
      const gone =
        known !== undefined && !known.some((feed) => feed.feedId === feedId && feed.originNode !== nodeId);
      if (pull.rest(gone)) continue;
      pull.close();
      room?.pulls.delete(feedId);
    }
    for (const [feedId, want] of wanted) {
      const { pulls } = this.#roomOf(roomId);
      const pull = pulls.get(feedId) ?? this.#newPull(roomId, want);
      pulls.set(feedId, pull);
      pull.want(want);
    }
    const left = this.#rooms.get(roomId);
    if (left === undefined || left.pulls.size > 0 || this.serves.in(roomId).length > 0) return;
    left.media?.close();
    this.#rooms.delete(roomId);
  }

  #newPull(roomId: RoomId, want: ConstructorParameters<typeof FeedPull>[1]): FeedPull {
    const { self, wire } = this.#parts;
    return new FeedPull(
      {
        ...this.#parts,
        self: self.nodeId,
        wire,
        media: this.#mediaOf(roomId),
        pipes: this.#pipes,
        choose: (feed, via) => {
          const { view } = this.#view;
          const up = upstream(view, self, feed, via);
          return up && (wayRound(view, self, feed, up) ?? up);
        },
        waiting: ({ feedId }) =>
          this.serves
            .in(roomId)
            .find(({ request, state }) => request.feedId === feedId && state === 'opening')?.request.path ??
          [],
        unreachable: (nodeId) => this.linkDown(nodeId),
        onPipe: (pipe) => this.#piped(roomId, pipe),
      },
      want,
    );
  }

  /** A feed came by a new pipe. */
  #piped(roomId: RoomId, pipe: PulledPipe): void {
    const { feed, producerId, up } = pipe;
    const { feedId, epoch } = feed;
    this.#parts.log.debug({ roomId, feedId, epoch, from: up.from }, 'a feed comes from another node');
    this.#watch.limit(pipe);
    this.#watch.start();
    this.serves.moved(roomId, feedId, (ofServe) => ofServe === producerId);
  }

  async #bring(request: NodeRequest<'feed.pull'>, signal: AbortSignal): Promise<boolean> {
    const { roomId, feedId, epoch } = request;
    if (this.#isOrigin(request)) return this.#mediaOf(roomId).whenHere(feedId, epoch, signal);
    this.#look(roomId);
    const pull = this.#pullOf(request);
    return pull !== undefined && (await pull.ready(epoch, signal));
  }

  #standing(request: NodeRequest<'feed.pull'>): FeedStanding {
    const { nodeId } = this.#parts.self;
    const pull = this.#pullOf(request);
    const epoch = Math.max(this.#knownOf(request)?.epoch ?? 0, pull?.feed.epoch ?? 0);
    return { self: nodeId, epoch, source: this.#isOrigin(request) ? [nodeId] : (pull?.source ?? []) };
  }

  #knownOf({ roomId, feedId }: { roomId: RoomId; feedId: FeedId }): KnownFeed | undefined {
    return this.#parts.rooms.feeds(roomId)?.find((feed) => feed.feedId === feedId);
  }

  #isOrigin({ originNode }: { originNode: NodeId }): boolean {
    return originNode === this.#parts.self.nodeId;
  }

  #pullOf({ roomId, feedId }: { roomId: RoomId; feedId: FeedId }): FeedPull | undefined {
    return this.#rooms.get(roomId)?.pulls.get(feedId);
  }

  #roomOf(roomId: RoomId): PassedRoom {
    const room = this.#rooms.get(roomId) ?? { media: undefined, pulls: new Map<FeedId, FeedPull>() };
    this.#rooms.set(roomId, room);
    return room;
  }

  #mediaOf(roomId: RoomId): FeedMedia {
    const room = this.#roomOf(roomId);
    room.media ??= this.#parts.media.openForFeeds(roomId);
    return room.media;
  }

  /** Keeps the links open by which something flows, and those that broke and may come back. */
  #holdLinks(): void {
    if (this.#closed) return;
    const { network } = this.#parts;
    const needed = new Set([
      ...[...this.#pipes.values()].map(({ up }) => up.from),
      ...this.serves.all().map(({ to }) => to),
      ...network
        .members()
        .map(({ nodeId }) => nodeId)
        .filter((nodeId) => this.#suspicion.downSinceMs(nodeId) !== undefined),
    ]);
    this.#held.set(needed);
  }
}
