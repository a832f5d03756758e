import type { Logger } from 'pino';
import { done } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Clock } from '../rooms/clock.ts';
import { nextEpoch } from './clusterRegister.ts';
import type { Beat, BeatReply, ClusterRegister, Seat } from './clusterRegister.ts';
import { refuseStore, silenceMs } from './clusterStore.ts';
import type { ClusterSettings, ClusterStore, HomeClaim, RoomHome, StoreResult } from './clusterStore.ts';
import { MemberStore } from './memberStore.ts';

interface MemberEntry {
  session: string;
  record: string;
  version: number;
  lastBeatMs: number;
}

/** `seat` is undefined once the home was given up. */
interface HomeEntry {
  seat: Seat | undefined;
  epoch: number;
  renewedMs: number;
}

/** The memory that the nodes of one process share. */
export class MemoryCluster {
  readonly #clock: Clock;
  readonly #settings: ClusterSettings;
  readonly #members = new Map<NodeId, MemberEntry>();
  readonly #homes = new Map<RoomId, HomeEntry>();
  readonly #holders = new Map<RoomId, Map<NodeId, number>>();
  readonly #listeners = new Set<(left?: Seat) => void>();
  #version = 0;
  #lastBeatMs: number | undefined;
  #settledFromMs = 0;
  #tidiedMs = 0;

  constructor(clock: Clock, settings: ClusterSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** The store of one more node, whose heartbeats its own clock may drive. */
  store(log: Logger, clock = this.#clock): ClusterStore {
    return new MemberStore({ register: this.#register(), settings: this.#settings, clock, log });
  }

  #register(): ClusterRegister {
    let hear: ((left?: Seat) => void) | undefined;
    return {
      beat: async (seat, beat) => done(this.#beat(seat, beat)),
      keep: async (seat, homes, present) => done(this.#keep(seat, homes, present)),
      claim: async (seat, roomId, fromEpoch) => this.#claim(seat, roomId, fromEpoch),
      letGo: async (seat, homes, present) => done(this.#letGo(seat, homes, present)),
      leave: async (seat) => done(this.#leave(seat)),
      find: async (roomId) => done(this.#liveHome(roomId)),
      holders: async (roomId) => done(this.#holdersOf(roomId)),
      listen: (listener) => {
        hear = listener;
        this.#listeners.add(listener);
      },
      close: () => {
        if (hear) this.#listeners.delete(hear);
      },
    };
  }

  #beat(seat: Seat, { record, join, tell, since }: Beat): BeatReply {
    const nowMs = this.#clock.now();
    const stored = this.#members.get(seat.nodeId);
    const other = stored !== undefined && stored.session !== seat.session;
    if (other && (!join || nowMs - stored.lastBeatMs < silenceMs(this.#settings)))
      return { type: 'occupied', lastBeatMs: stored.lastBeatMs };
    if (this.#silent(nowMs)) this.#settledFromMs = nowMs + this.#settings.memberTtlMs;
    this.#lastBeatMs = nowMs;
    const fresh = stored?.session !== seat.session;
    const changed = fresh || stored.record !== record;
    const version = changed ? ++this.#version : stored.version;
    this.#members.set(seat.nodeId, { session: seat.session, record, version, lastBeatMs: nowMs });
    const settled = this.#settled(nowMs);
    const swept = settled && this.#sweep(nowMs);
    if (fresh || swept || (tell && changed)) this.#announceNews();
    return {
      type: 'beating',
      settled,
      version: this.#version,
      nodeIds: [...this.#members.keys()],
      records: [...this.#members]
        .filter(([, entry]) => entry.version > since)
        .map(([nodeId, { session, record: text }]) => ({ nodeId, session, record: text })),
    };
  }

  #keep(seat: Seat, homes: readonly RoomHome[], present: readonly RoomId[]): RoomHome[] {
    const nowMs = this.#clock.now();
    for (const roomId of present) {
      const holders = this.#holders.get(roomId) ?? new Map<NodeId, number>();
      this.#holders.set(roomId, holders.set(seat.nodeId, nowMs));
    }
    return homes.filter((home) => {
      const stored = this.#homes.get(home.roomId);
      const lost =
        stored !== undefined &&
        (stored.epoch > home.epoch || (stored.epoch === home.epoch && !sameSeat(stored.seat, seat)));
      if (!lost) this.#homes.set(home.roomId, { seat, epoch: home.epoch, renewedMs: nowMs });
      return lost;
    });
  }

  #claim(seat: Seat, roomId: RoomId, fromEpoch: number | undefined): StoreResult<HomeClaim> {
    const nowMs = this.#clock.now();
    const stored = this.#homes.get(roomId);
    const mine = stored !== undefined && sameSeat(stored.seat, seat);
    const live = this.#liveHome(roomId);
    // An earlier process of this node is gone: it could not have announced itself otherwise.
    if (live !== undefined && live.nodeId !== seat.nodeId) return done({ mine: false, home: live });
    if (!mine && fromEpoch !== undefined && (stored?.epoch ?? 0) > fromEpoch)
      return refuseStore('home-moved-on');
    const epoch = mine ? stored.epoch : nextEpoch(Math.max(stored?.epoch ?? 0, fromEpoch ?? 0), nowMs);
    this.#homes.set(roomId, { seat, epoch, renewedMs: nowMs });
    return done({ mine: true, home: { roomId, nodeId: seat.nodeId, epoch } });
  }

  #letGo(seat: Seat, homes: readonly RoomHome[], present: readonly RoomId[]): undefined {
    for (const { roomId, epoch } of homes) {
      const stored = this.#homes.get(roomId);
      if (stored?.epoch === epoch && sameSeat(stored.seat, seat)) stored.seat = undefined;
    }
    for (const roomId of present) {
      const holders = this.#holders.get(roomId);
      holders?.delete(seat.nodeId);
      if (holders?.size === 0) this.#holders.delete(roomId);
    }
  }

  #leave(seat: Seat): undefined {
    if (this.#members.get(seat.nodeId)?.session !== seat.session) return;
    this.#members.delete(seat.nodeId);
    this.#announceNews(seat);
  }

  #liveHome(roomId: RoomId): RoomHome | undefined {
    const nowMs = this.#clock.now();
    const stored = this.#homes.get(roomId);
    if (stored?.seat === undefined) return undefined;
    const expired = nowMs - stored.renewedMs >= this.#settings.homeTtlMs && this.#settled(nowMs);
    return expired ? undefined : { roomId, nodeId: stored.seat.nodeId, epoch: stored.epoch };
  }

  #holdersOf(roomId: RoomId): NodeId[] {
    const nowMs = this.#clock.now();
    const settled = this.#settled(nowMs);
    return [...(this.#holders.get(roomId) ?? [])]
      .filter(([, keptMs]) => !settled || nowMs - keptMs < this.#settings.memberTtlMs)
      .map(([nodeId]) => nodeId);
  }

  /** Nobody was heard for a while, as after a machine slept: everybody gets the time to say that he is there. */
  #silent(nowMs: number): boolean {
    return this.#lastBeatMs === undefined || nowMs - this.#lastBeatMs > silenceMs(this.#settings);
  }

  #settled(nowMs: number): boolean {
    return !this.#silent(nowMs) && nowMs >= this.#settledFromMs;
  }

  /** Whether a member was silent for too long. */
  #sweep(nowMs: number): boolean {
    const { memberTtlMs, epochMemoryMs } = this.#settings;
    const before = this.#members.size;
    for (const [nodeId, { lastBeatMs }] of this.#members)
      if (nowMs - lastBeatMs >= memberTtlMs) this.#members.delete(nodeId);
    // Now and then, since it looks at every room.
    if (nowMs - this.#tidiedMs >= epochMemoryMs / 10) {
      this.#tidiedMs = nowMs;
      for (const [roomId, { renewedMs }] of this.#homes)
        if (nowMs - renewedMs >= epochMemoryMs) this.#homes.delete(roomId);
      for (const roomId of this.#holders.keys())
        if (this.#holdersOf(roomId).length === 0) this.#holders.delete(roomId);
    }
    return this.#members.size < before;
  }

  #announceNews(left?: Seat): void {
    for (const hear of this.#listeners) hear(left);
  }
}

function sameSeat(one: Seat | undefined, other: Seat): boolean {
  return one?.nodeId === other.nodeId && one.session === other.session;
}
