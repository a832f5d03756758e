import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { done } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeRecord } from '../../protocol/network.ts';
import type { Clock } from '../rooms/clock.ts';
import { Heart } from './heart.ts';
import type { ClusterRegister, Seat } from './clusterRegister.ts';
import { refuseStore } from './clusterStore.ts';
import type {
  ClusterEvents,
  ClusterSettings,
  ClusterStore,
  HomeClaim,
  MembersView,
  NodeChanges,
  RoomHome,
  StoreResult,
} from './clusterStore.ts';
import { learn, nobodyKnown, nodesOf, strangersOf, unlearn } from './knownMembers.ts';
import type { Learned } from './knownMembers.ts';

export interface MemberStoreParts {
  register: ClusterRegister;
  settings: ClusterSettings;
  clock: Clock;
  log: Logger;
}

/** One node's store, over the memory that it shares with others. */
export class MemberStore implements ClusterStore {
  readonly events = new EventEmitter<ClusterEvents>();
  readonly #register: ClusterRegister;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #session = randomUUID();
  readonly #heart: Heart<StoreResult<readonly RoomHome[]>>;
  /** What this node said; undefined before it announced itself, and after it left or was put out. */
  #record: NodeRecord | undefined;
  #seat: Seat | undefined;
  #putOut = false;
  /** The others know of it. */
  #joined = false;
  #tell = false;
  /** When another process of this name was heard first, by the register's clock. */
  #rivalBeatMs: number | undefined;
  #known = nobodyKnown;
  #answeredMs: number | undefined;
  #awaySinceMs: number | undefined;
  readonly #homes = new Map<RoomId, RoomHome>();
  readonly #present = new Set<RoomId>();

  constructor({ register, settings, clock, log }: MemberStoreParts) {
    this.#register = register;
    this.#clock = clock;
    this.#log = log;
    this.#heart = new Heart(clock, settings.heartbeatMs, () => this.#beat());
    register.listen((left) => {
      if (left !== undefined) this.#take(unlearn(this.#known, left));
      this.#heart.hurry();
    });
  }

  async announce(record: NodeRecord): Promise<StoreResult<undefined>> {
    this.#record = record;
    this.#seat = { nodeId: record.nodeId, session: this.#session };
    this.#putOut = false;
    this.#rivalBeatMs = undefined;
    this.#heart.start();
    for (;;) {
      const beaten = await this.renew();
      if (beaten.ok) return done(undefined);
      if (beaten.error.code !== 'node-id-unclear') return beaten;
      await this.#heart.pause();
    }
  }

  update(changes: NodeChanges): void {
    if (this.#record === undefined) return;
    this.#record = { ...this.#record, ...changes };
    const { load: _load, viewers: _viewers, ...others } = changes;
    if (Object.keys(others).length === 0) return;
    this.#tell = true;
    this.#heart.hurry();
  }

  members(): MembersView {
    const own = this.#record;
    const others = nodesOf(this.#known).filter(({ nodeId }) => nodeId !== own?.nodeId);
    return {
      nodes: own === undefined ? others : [own, ...others],
      strangers: strangersOf(this.#known),
      ageMs: this.#answeredMs === undefined ? undefined : this.#clock.now() - this.#answeredMs,
    };
  }

  claim(roomId: RoomId): Promise<StoreResult<HomeClaim>> {
    return this.#claim(roomId);
  }

  takeOver(roomId: RoomId, fromEpoch: number): Promise<StoreResult<HomeClaim>> {
    return this.#claim(roomId, fromEpoch);
  }

  async release(roomId: RoomId): Promise<StoreResult<undefined>> {
    const home = this.#homes.get(roomId);
    const seat = this.#seat;
    if (home === undefined || seat === undefined) return done(undefined);
    this.#homes.delete(roomId);
    return this.#heard(await this.#register.letGo(seat, [home], []));
  }

  async find(roomId: RoomId): Promise<StoreResult<RoomHome | undefined>> {
    const own = this.#homes.get(roomId);
    return own === undefined ? this.#heard(await this.#register.find(roomId)) : done(own);
  }

  homes(): readonly RoomHome[] {
    return [...this.#homes.values()];
  }

  renew(): Promise<StoreResult<readonly RoomHome[]>> {
    return this.#record === undefined ? Promise.resolve(this.#refuseOutsider()) : this.#heart.beat();
  }

  async present(roomId: RoomId): Promise<StoreResult<undefined>> {
    if (this.#seat === undefined) return this.#refuseOutsider();
    this.#present.add(roomId);
    const kept = this.#heard(await this.#register.keep(this.#seat, [], [roomId]));
    return kept.ok ? done(undefined) : kept;
  }

  async absent(roomId: RoomId): Promise<StoreResult<undefined>> {
    if (this.#seat === undefined || !this.#present.delete(roomId)) return done(undefined);
    return this.#heard(await this.#register.letGo(this.#seat, [], [roomId]));
  }

  async holders(roomId: RoomId) {
    return this.#heard(await this.#register.holders(roomId));
  }

  async leave(): Promise<StoreResult<undefined>> {
    const seat = this.#seat;
    if (seat === undefined) return done(undefined);
    const { homes, present } = this.#forget();
    // A heartbeat on its way would bring the node back.
    await this.#heart.stop();
    const [letGo, left] = await Promise.all([
      this.#register.letGo(seat, homes, present),
      this.#register.leave(seat),
    ]);
    return letGo.ok ? left : letGo;
  }

  async close(): Promise<void> {
    await this.leave();
    this.#register.close();
  }

  async #claim(roomId: RoomId, fromEpoch?: number): Promise<StoreResult<HomeClaim>> {
    const own = this.#homes.get(roomId);
    if (own !== undefined) return done({ mine: true, home: own });
    const seat = this.#seat;
    if (seat === undefined) return this.#refuseOutsider();
    if (!this.#joined) return refuseStore('store-away', 'this node is not yet known to the others');
    const claimed = this.#heard(await this.#register.claim(seat, roomId, fromEpoch));
    if (!claimed.ok || !claimed.value.mine) return claimed;
    if (this.#seat !== seat) {
      await this.#register.letGo(seat, [claimed.value.home], []);
      return this.#refuseOutsider();
    }
    this.#homes.set(roomId, claimed.value.home);
    return claimed;
  }

  async #beat(): Promise<StoreResult<readonly RoomHome[]>> {
    const seat = this.#seat;
    const record = this.#record;
    if (seat === undefined || record === undefined) return this.#refuseOutsider();
    const tell = this.#tell;
    this.#tell = false;
    const [beaten, kept] = await Promise.all([
      this.#register.beat(seat, {
        record: JSON.stringify(record),
        join: !this.#joined,
        tell,
        since: this.#known.version,
      }),
      this.#register.keep(seat, this.homes(), [...this.#present]),
    ]);
    if (this.#seat !== seat) return this.#refuseOutsider();
    if (kept.ok) for (const home of kept.value) this.#lose(home);
    const failed = [beaten, kept].find((each) => !each.ok);
    if (failed) this.#tell ||= tell;
    this.#heard(failed ?? beaten);
    if (!beaten.ok) return beaten;
    if (beaten.value.type === 'occupied') return this.#meetRival(beaten.value.lastBeatMs);
    this.#joined = true;
    this.#answeredMs = this.#clock.now();
    this.#take(learn(this.#known, beaten.value, record.protocolVersion));
    return kept;
  }

  #take({ known, change }: Learned): void {
    const met = strangersOf(this.#known);
    this.#known = known;
    if (change === undefined) return;
    for (const stranger of strangersOf(known)) {
      if (met.some(({ nodeId }) => nodeId === stranger.nodeId)) continue;
      this.#log.warn(stranger, 'a node of another protocol version came; this one does not talk to it');
    }
    this.events.emit('membersChanged', change);
  }

  /** One that is silent will be put out by a later heartbeat; one that speaks meanwhile is alive. */
  #meetRival(lastBeatMs: number): StoreResult<never> {
    if (!this.#joined) {
      this.#rivalBeatMs ??= lastBeatMs;
      if (this.#rivalBeatMs === lastBeatMs) return refuseStore('node-id-unclear');
    }
    this.#log.error('another process runs under this node id; this one is out');
    const { homes } = this.#forget();
    this.#putOut = true;
    void this.#heart.stop();
    for (const home of homes) this.events.emit('homeLost', home);
    this.events.emit('nodeIdTaken');
    return this.#refuseOutsider();
  }

  #refuseOutsider(): StoreResult<never> {
    return refuseStore(this.#putOut ? 'node-id-taken' : 'not-announced');
  }

  #lose(home: RoomHome): void {
    if (this.#homes.get(home.roomId)?.epoch !== home.epoch) return;
    this.#homes.delete(home.roomId);
    this.#log.warn(
      { room: home.roomId, epoch: home.epoch },
      'this node is not the home of the room any more',
    );
    this.events.emit('homeLost', home);
  }

  #forget(): { homes: RoomHome[]; present: RoomId[] } {
    const had = { homes: [...this.#homes.values()], present: [...this.#present] };
    this.#homes.clear();
    this.#present.clear();
    this.#seat = undefined;
    this.#record = undefined;
    this.#joined = false;
    this.#known = nobodyKnown;
    this.#answeredMs = undefined;
    return had;
  }

  /** Notes whether the shared memory answered, and passes the answer on. */
  #heard<T>(result: StoreResult<T>): StoreResult<T> {
    const away = !result.ok && result.error.code === 'store-away';
    if (away && this.#awaySinceMs === undefined) {
      this.#awaySinceMs = this.#clock.now();
      this.#log.warn({ reason: result.error.message }, 'the cluster store is away');
      this.events.emit('storeAway', result.error.message);
    } else if (!away && this.#awaySinceMs !== undefined) {
      const awayMs = this.#clock.now() - this.#awaySinceMs;
      this.#awaySinceMs = undefined;
      this.#log.info({ awayMs }, 'the cluster store is back');
      this.events.emit('storeBack', awayMs);
    }
    return result;
  }
}
