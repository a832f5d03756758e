import type { Logger } from 'pino';
import { z } from 'zod';
import { done } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import { nodeIdSchema } from '../../protocol/network.ts';
import type { Clock } from '../rooms/clock.ts';
import type { Beat, BeatReply, ClusterRegister, Seat } from './clusterRegister.ts';
import { refuseStore, silenceMs } from './clusterStore.ts';
import type { ClusterSettings, ClusterStore, HomeClaim, RoomHome, StoreResult } from './clusterStore.ts';
import { MemberStore } from './memberStore.ts';
import type { RedisAddress } from './redisAddress.ts';
import { RedisLine } from './redisLine.ts';
import type { RedisScript } from './redisScripts.ts';

export interface RedisSettings {
  address: RedisAddress;
  /** In front of every key; networks that share a Redis each have their own. Letters, digits, `-`, `_`, `.`, `:`. */
  keyPrefix: string;
  /** A command that is not answered in so long has failed. */
  commandTimeoutMs: number;
}

/** One script renews so many at most: Redis does nothing else meanwhile. */
const keptAtOnce = 500;

const replies = {
  beat: z.union([
    z.tuple([z.literal('occupied'), z.number()]),
    z.tuple([
      z.literal('beating'),
      z.number(),
      z.number(),
      z.array(z.string()),
      z.array(z.string()),
      z.array(z.string().nullable()),
    ]),
  ]),
  keep: z.array(z.int()),
  claim: z.union([
    z.tuple([z.enum(['mine', 'other']), nodeIdSchema, z.int()]),
    z.tuple([z.literal('moved-on')]),
  ]),
  done: z.literal(1),
  find: z.union([z.tuple([]), z.tuple([nodeIdSchema, z.int()])]),
  holders: z.array(nodeIdSchema),
};

/** The store of a node whose network shares a Redis (6.2 or later): a server, a Sentinel's master, or a Cluster. */
export function createRedisStore(parts: {
  redis: RedisSettings;
  settings: ClusterSettings;
  clock: Clock;
  log: Logger;
}): ClusterStore {
  return new MemberStore({ ...parts, register: new RedisRegister(parts.redis, parts.settings, parts.log) });
}

class RedisRegister implements ClusterRegister {
  readonly #line: RedisLine;
  readonly #settings: ClusterSettings;
  /** Scripts touch several keys, so all are on one node of a Redis Cluster. */
  readonly #prefix: string;

  constructor(
    { address, keyPrefix, commandTimeoutMs }: RedisSettings,
    settings: ClusterSettings,
    log: Logger,
  ) {
    this.#line = new RedisLine(address, commandTimeoutMs, log);
    this.#settings = settings;
    this.#prefix = `{${keyPrefix}}`;
  }

  async beat(seat: Seat, { record, join, tell, since }: Beat): Promise<StoreResult<BeatReply>> {
    const answer = await this.#run(
      'beat',
      replies.beat,
      [...this.#memberKeys(), this.#key('pulse')],
      [
        seat.nodeId,
        seat.session,
        record,
        this.#key('news'),
        this.#settings.memberTtlMs,
        silenceMs(this.#settings),
        since,
        join ? 1 : 0,
        tell ? 1 : 0,
      ],
    );
    if (!answer.ok) return answer;
    if (answer.value[0] === 'occupied') return done({ type: 'occupied', lastBeatMs: answer.value[1] });
    const [, settled, version, nodeIds, changed, texts] = answer.value;
    return done({
      type: 'beating',
      settled: settled === 1,
      version,
      nodeIds,
      records: changed.map((nodeId, at) => ({ nodeId, ...parseRecord(texts[at] ?? '') })),
    });
  }

  async keep(
    seat: Seat,
    homes: readonly RoomHome[],
    present: readonly RoomId[],
  ): Promise<StoreResult<RoomHome[]>> {
    const { homeTtlMs, epochMemoryMs, memberTtlMs } = this.#settings;
    const kept = await Promise.all(
      inParts(homes, present).map(async ([someHomes, someRooms]) => {
        const answer = await this.#run('keep', replies.keep, this.#roomKeys(someHomes, someRooms), [
          seat.nodeId,
          seat.session,
          homeTtlMs,
          epochMemoryMs,
          memberTtlMs,
          someHomes.length,
          ...someHomes.map(({ epoch }) => epoch),
        ]);
        return answer.ok ? done(answer.value.flatMap((place) => someHomes[place - 1] ?? [])) : answer;
      }),
    );
    return kept.find((each) => !each.ok) ?? done(kept.flatMap((each) => (each.ok ? each.value : [])));
  }

  async claim(seat: Seat, roomId: RoomId, fromEpoch: number | undefined): Promise<StoreResult<HomeClaim>> {
    const { homeTtlMs, epochMemoryMs } = this.#settings;
    const answer = await this.#run('claim', replies.claim, this.#homeKeys(roomId), [
      seat.nodeId,
      seat.session,
      homeTtlMs,
      epochMemoryMs,
      silenceMs(this.#settings),
      fromEpoch ?? -1,
    ]);
    if (!answer.ok) return answer;
    if (answer.value[0] === 'moved-on') return refuseStore('home-moved-on');
    const [whose, nodeId, epoch] = answer.value;
    return done({ mine: whose === 'mine', home: { roomId, nodeId, epoch } });
  }

  async letGo(
    seat: Seat,
    homes: readonly RoomHome[],
    present: readonly RoomId[],
  ): Promise<StoreResult<undefined>> {
    const gone = await Promise.all(
      inParts(homes, present).map(([someHomes, someRooms]) =>
        this.#run('letGo', replies.done, this.#roomKeys(someHomes, someRooms), [
          seat.nodeId,
          seat.session,
          this.#settings.epochMemoryMs,
          someHomes.length,
          ...someHomes.map(({ epoch }) => epoch),
        ]),
      ),
    );
    const failed = gone.find((each) => !each.ok);
    return failed ?? done(undefined);
  }

  async leave(seat: Seat): Promise<StoreResult<undefined>> {
    const args = [seat.nodeId, seat.session, this.#key('news')];
    const answer = await this.#run('leave', replies.done, this.#memberKeys(), args);
    return answer.ok ? done(undefined) : answer;
  }

  async find(roomId: RoomId): Promise<StoreResult<RoomHome | undefined>> {
    const answer = await this.#run('find', replies.find, this.#homeKeys(roomId), [silenceMs(this.#settings)]);
    if (!answer.ok) return answer;
    const [nodeId, epoch] = answer.value;
    return done(nodeId === undefined || epoch === undefined ? undefined : { roomId, nodeId, epoch });
  }

  holders(roomId: RoomId) {
    const keys = [this.#key(`holders:${roomId}`), this.#key('pulse')];
    return this.#run('holders', replies.holders, keys, [silenceMs(this.#settings)]);
  }

  listen(hear: (left?: Seat) => void): void {
    this.#line.subscribe(this.#key('news'), (message) => {
      const [name, session] = message.split(' ');
      const { data: nodeId } = nodeIdSchema.safeParse(name);
      if (nodeId === undefined || session === undefined) hear();
      else hear({ nodeId, session });
    });
  }

  close(): void {
    this.#line.close();
  }

  async #run<Reply>(
    script: RedisScript,
    schema: z.ZodType<Reply>,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<StoreResult<Reply>> {
    const answer = await this.#line.run(script, keys, args);
    if (!answer.ok) return answer;
    const reply = schema.safeParse(answer.value);
    return reply.success ? done(reply.data) : refuseStore('store-away', `unexpected answer to ${script}`);
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  #memberKeys(): string[] {
    return ['members', 'changes', 'records', 'version'].map((name) => this.#key(name));
  }

  #homeKeys(roomId: RoomId): string[] {
    return [this.#key(`home:${roomId}`), this.#key('pulse')];
  }

  #roomKeys(homes: readonly RoomHome[], present: readonly RoomId[]): string[] {
    return [
      ...homes.map(({ roomId }) => this.#key(`home:${roomId}`)),
      ...present.map((roomId) => this.#key(`holders:${roomId}`)),
    ];
  }
}

/** Parts of at most `keptAtOnce` each, sent one after the other without waiting; none where there is nothing. */
function inParts(homes: readonly RoomHome[], rooms: readonly RoomId[]): [RoomHome[], RoomId[]][] {
  const count = Math.ceil(Math.max(homes.length, rooms.length) / keptAtOnce);
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [part * keptAtOnce, (part + 1) * keptAtOnce];
    return [homes.slice(from, to), rooms.slice(from, to)];
  });
}

/** A record is kept with the session of its process in front. */
function parseRecord(text: string): { session: string; record: string } {
  const gap = text.indexOf(' ');
  return { session: text.slice(0, gap), record: text.slice(gap + 1) };
}
