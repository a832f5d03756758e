import { pino } from 'pino';
import { refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import { nodeIdSchema, regionIdSchema } from '../../protocol/network.ts';
import type { NodeId } from '../../protocol/network.ts';
import { roomCalls, roomTells } from '../../protocol/roomReplication.ts';
import type { ClusterStore } from '../../server/cluster/clusterStore.ts';
import { defaultClusterSettings } from '../../server/cluster/clusterStore.ts';
import { MemoryCluster } from '../../server/cluster/memoryCluster.ts';
import { roomHandlers, roomHomes } from '../../server/roomNetwork.ts';
import type { Clock } from '../../server/rooms/clock.ts';
import type { Effect, RoomSettings } from '../../server/rooms/commands.ts';
import { NodeRoom } from '../../server/rooms/nodeRoom.ts';
import { defaultRoomPace } from '../../server/rooms/roomWire.ts';
import type { RoomWire } from '../../server/rooms/roomWire.ts';
import { recordOf } from './clusterNodes.ts';
import { ManualClock } from './manualClock.ts';
import { Random } from './random.ts';
import { asRoomId, roomSettings } from './show.ts';

/** A node of a room's network: the room as it has it, and what its people there were to see. */
export interface RoomNode {
  readonly nodeId: NodeId;
  readonly store: ClusterStore;
  readonly performed: Effect[];
  readonly counts: number[];
  readonly data: object[];
  room: NodeRoom;
  /** Hung, ended or dead: nothing reaches it, and its clock stands still. */
  alive: boolean;
  /** It reaches others, and the cluster store does not reach it. */
  storeAway: boolean;
}

/** How bad the wire between nodes is; delays are what lets messages overtake each other. */
export interface WireQuality {
  loss: number;
  maxDelayMs: number;
}

const askTimeoutMs = 2000;
const askLostTimeoutMs = 100;
const askAgainMs = 450;

/** One room at several nodes, in time that stands still until it is told to pass. */
export class RoomNetwork {
  readonly clock = new ManualClock();
  readonly nodes: RoomNode[] = [];
  quality: WireQuality = { loss: 0, maxDelayMs: 0 };
  /** Nodes that no message reaches, and none leaves. */
  readonly cutOff = new Set<NodeId>();
  /** Messages by their names, to see what something costs. */
  readonly sent = new Map<string, number>();
  readonly #held: (() => void)[] = [];
  /** Links to them are known to be broken. */
  readonly #lost = new Set<NodeId>();
  readonly #random: Random;
  readonly #cluster = new MemoryCluster(this.clock, defaultClusterSettings);
  readonly #settings: RoomSettings;

  constructor(seed = 1, settings: Partial<RoomSettings> = {}) {
    this.#random = new Random(seed);
    this.#settings = { ...roomSettings, ...settings };
  }

  async add(name: string): Promise<RoomNode> {
    const nodeId = nodeIdSchema.parse(name);
    const clock: Clock = {
      now: () => this.clock.now(),
      setTimer: (task, delayMs) =>
        this.clock.setTimer(() => {
          if (node.alive) task();
          else this.#held.push(task);
        }, delayMs),
    };
    const store = this.#cluster.store(pino({ level: 'silent' }), clock);
    const performed: Effect[] = [];
    const counts: number[] = [];
    const data: object[] = [];
    const node: RoomNode = {
      nodeId,
      store,
      performed,
      counts,
      data,
      alive: true,
      storeAway: false,
      room: undefined as never,
    };
    const announcing = store.announce(recordOf(name));
    await this.pass(0);
    await announcing;
    const homes = roomHomes(store, defaultClusterSettings.homeTtlMs);
    const away = { ok: false as const, error: { code: 'store-away' } };
    node.room = new NodeRoom({
      id: asRoomId('studio'),
      settings: this.#settings,
      clock,
      pace: defaultRoomPace,
      random: () => this.#random.next(),
      wire: this.#wireOf(node),
      homes: {
        ...homes,
        claim: async (roomId) => (node.storeAway ? away : homes.claim(roomId)),
        takeOver: async (roomId, epoch) => (node.storeAway ? away : homes.takeOver(roomId, epoch)),
        holders: async (roomId) => (node.storeAway ? away : homes.holders(roomId)),
        sure: () => !node.storeAway && homes.sure(),
      },
      events: {
        perform: (effect) => {
          performed.push(effect);
          // As a connection would: who is sent out is gone.
          if (effect.type === 'dismiss') node.room.depart(effect.id);
        },
        viewersChanged: (count) => counts.push(count),
        reactions: () => undefined,
        data: (message, to) => data.push(to === undefined ? message : { ...message, to }),
      },
    });
    store.events.on('homeLost', ({ epoch }) => {
      node.room.lost(epoch);
    });
    this.nodes.push(node);
    await this.pass(50);
    return node;
  }

  home(): RoomNode | undefined {
    const homes = this.nodes.filter(({ alive, room }) => alive && room.role === 'home');
    return homes.length === 1 ? homes[0] : undefined;
  }

  /** Nothing of it is heard any more, as of a process that was killed. */
  kill(node: RoomNode): void {
    node.alive = false;
  }

  /** As `kill`, and the others notice that their links to it broke. */
  lose(node: RoomNode): void {
    this.kill(node);
    this.#lost.add(node.nodeId);
    for (const other of this.nodes) if (other.alive) other.room.peerLost(node.nodeId);
  }

  /** As a process that hung for a while: what should have happened meanwhile happens now. */
  wake(node: RoomNode): void {
    node.alive = true;
    for (const task of this.#held.splice(0)) task();
  }

  /** Lets time pass in small steps, and everything happen that follows from it. */
  async pass(ms: number): Promise<void> {
    await settle();
    for (let passed = 0; passed < ms;) {
      const step = Math.min(10, ms - passed);
      this.clock.pass(step);
      passed += step;
      await settle();
    }
  }

  /** The answer to something asked, however long it takes. */
  async answer<T>(asked: T | Promise<T>): Promise<T> {
    let answered: { value: T } | undefined;
    void Promise.resolve(asked).then((value) => (answered = { value }));
    for (let n = 0; n < 1000; n += 1) {
      await this.pass(answered === undefined ? 10 : 0);
      if (answered !== undefined) return answered.value;
    }
    throw new Error('no answer came');
  }

  close(): void {
    for (const node of this.nodes) {
      node.room.close();
      node.alive = false;
    }
  }

  #wireOf(node: RoomNode): RoomWire {
    const handlers = (to: RoomNode) => roomHandlers(() => to.room);
    return {
      self: node.nodeId,
      region: regionIdSchema.parse('eu'),
      // As a link does, it sends again what may be lost; so what is asked may come twice.
      ask: (to, name, request) =>
        new Promise((resolve) => {
          const stops: (() => void)[] = [];
          const end = (answer: Result<never>): void => {
            for (const stop of stops.splice(0)) stop();
            resolve(answer);
          };
          stops.push(
            this.clock.setTimer(
              () => {
                end(refuse('home-away', 'timeout'));
              },
              this.#lost.has(to) ? askLostTimeoutMs : askTimeoutMs,
            ),
          );
          const send = (): void => {
            stops.push(this.clock.setTimer(send, askAgainMs));
            this.#carry(node, to, name, () => {
              const peer = this.#nodeOf(to);
              const parsed = roomCalls[name].request.parse(copy(request));
              const handle = handlers(peer).calls[name] as (
                context: object,
                asked: unknown,
              ) => Result<unknown> | Promise<Result<unknown>>;
              const answering = handle({ from: node.nodeId, signal: new AbortController().signal }, parsed);
              void Promise.resolve(answering).then((answer) => {
                this.#carry(peer, node.nodeId, `${name} answer`, () => {
                  if (answer.ok) roomCalls[name].response.parse(copy(answer.value));
                  end(copy(answer) as Result<never>);
                });
              });
            });
          };
          send();
        }),
      tell: (to, name, payload) => {
        this.#carry(node, to, name, () => {
          const tell = handlers(this.#nodeOf(to)).tells[name] as (from: NodeId, told: unknown) => void;
          tell(node.nodeId, roomTells[name].payload.parse(copy(payload)));
        });
      },
    };
  }

  #nodeOf(nodeId: NodeId): RoomNode {
    return this.nodes.find((node) => node.nodeId === nodeId)!;
  }

  #carry(from: RoomNode, to: NodeId, name: string, deliver: () => void): void {
    this.sent.set(name, (this.sent.get(name) ?? 0) + 1);
    const cut = this.cutOff.has(from.nodeId) || this.cutOff.has(to);
    if (!from.alive || cut || this.#random.chance(this.quality.loss)) return;
    const { maxDelayMs } = this.quality;
    this.clock.setTimer(
      () => {
        if (this.#nodeOf(to).alive) deliver();
      },
      maxDelayMs === 0 ? 0 : this.#random.int(maxDelayMs),
    );
  }
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Promises that wait for nothing but each other are through. */
async function settle(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
