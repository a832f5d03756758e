import { pino } from 'pino';
import type { Logger } from 'pino';
import { roomIdSchema } from '../../protocol/identity.ts';
import { nodeRecordSchema } from '../../protocol/network.ts';
import type { NodeRecord } from '../../protocol/network.ts';
import { protocolVersion } from '../../protocol/version.ts';
import type { ClusterEvents, ClusterSettings, ClusterStore } from '../../server/cluster/clusterStore.ts';
import { MemoryCluster } from '../../server/cluster/memoryCluster.ts';
import { parseRedisAddress } from '../../server/cluster/redisAddress.ts';
import { createRedisStore } from '../../server/cluster/redisCluster.ts';
import { systemClock } from '../../server/rooms/clock.ts';
import type { Clock } from '../../server/rooms/clock.ts';
import { StoppableClock } from './stoppableClock.ts';

/** Short enough to wait for. */
export const quickSettings: ClusterSettings = {
  heartbeatMs: 200,
  memberTtlMs: 1200,
  homeTtlMs: 1200,
  epochMemoryMs: 2500,
};

export const room = (name: string) => roomIdSchema.parse(name);

export const recordOf = (nodeId: string, changes: object = {}): NodeRecord =>
  nodeRecordSchema.parse({
    nodeId,
    region: 'eu',
    protocolVersion,
    linkUrl: `https://${nodeId}.test`,
    publicUrl: `https://${nodeId}.test`,
    startedAtMs: 1,
    load: 0,
    viewers: 0,
    capacity: 100,
    draining: false,
    ...changes,
  });

type Heard = {
  [Name in keyof ClusterEvents]: { name: Name; with: ClusterEvents[Name] };
}[keyof ClusterEvents];

/** A node of a test: its store, what that announced, and the clock that drives its heartbeats. */
export interface TestNode {
  store: ClusterStore;
  heard: Heard[];
  /** Its heartbeats stand still, as in a process that hangs or died. */
  hang(): void;
  wake(): void;
}

type MakeStore = (clock: Clock, log: Logger) => ClusterStore;

/** The nodes of one test, over one shared memory. */
export class TestNodes {
  readonly #make: MakeStore;
  readonly #nodes: TestNode[] = [];

  constructor(make: MakeStore) {
    this.#make = make;
  }

  static inMemory(settings = quickSettings): TestNodes {
    const cluster = new MemoryCluster(systemClock, settings);
    return new TestNodes((clock, log) => cluster.store(log, clock));
  }

  static overRedis(
    url: string,
    { settings = quickSettings, keyPrefix = 'test', commandTimeoutMs = 500 } = {},
  ): TestNodes {
    const address = parseRedisAddress(url)!;
    return new TestNodes((clock, log) =>
      createRedisStore({ redis: { address, keyPrefix, commandTimeoutMs }, settings, clock, log }),
    );
  }

  add(): TestNode {
    const clock = new StoppableClock();
    const store = this.#make(clock, pino({ level: 'silent' }));
    const heard: Heard[] = [];
    const names = ['membersChanged', 'homeLost', 'nodeIdTaken', 'storeAway', 'storeBack'] as const;
    for (const name of names)
      store.events.on(name, (...args: unknown[]) => heard.push({ name, with: args } as Heard));
    const node = { store, heard, hang: () => clock.stop(), wake: () => clock.go() };
    this.#nodes.push(node);
    return node;
  }

  /** A node that the others know of. */
  async join(nodeId: string, changes: object = {}): Promise<TestNode> {
    const node = this.add();
    const announced = await node.store.announce(recordOf(nodeId, changes));
    if (!announced.ok) throw new Error(announced.error.message);
    return node;
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) node.wake();
    await Promise.all(this.#nodes.map(({ store }) => store.close()));
  }
}

export const idsOf = (records: readonly NodeRecord[]): string[] => records.map(({ nodeId }) => nodeId).sort();

export const members = ({ store }: TestNode): string[] => idsOf(store.members().nodes);

/** Who joined and who left, as the node heard it. */
export const comings = ({ heard }: TestNode) => ({
  joined: heard.flatMap((one) => (one.name === 'membersChanged' ? idsOf(one.with[0].joined) : [])),
  left: heard.flatMap((one) => (one.name === 'membersChanged' ? idsOf(one.with[0].left) : [])),
});

export const has = ({ heard }: TestNode, name: keyof ClusterEvents): boolean =>
  heard.some((one) => one.name === name);

/** The value of an answer that a test counts on. */
export async function got<T>(
  answer: Promise<{ ok: true; value: T } | { ok: false; error: Error | object }>,
): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
