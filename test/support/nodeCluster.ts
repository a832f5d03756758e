import { pino } from 'pino';
import { refuse } from '../../protocol/errors.ts';
import { nodeIdSchema } from '../../protocol/network.ts';
import type { NodeId } from '../../protocol/network.ts';
import { MemoryCluster } from '../../server/cluster/memoryCluster.ts';
import { NodeLinks } from '../../server/cluster/nodeLinks.ts';
import { cascadeHandlers } from '../../server/cascadeNetwork.ts';
import { roomHandlers } from '../../server/roomNetwork.ts';
import { startNode } from '../../server/node.ts';
import type { TributaryNode } from '../../server/node.ts';
import { systemClock } from '../../server/rooms/clock.ts';
import { loadSettings } from '../../server/settings/loadSettings.ts';
import type { ClusterStore } from '../../server/cluster/clusterStore.ts';
import { defaultClusterSettings } from '../../server/cluster/clusterStore.ts';
import { recordOf } from './clusterNodes.ts';
import { clusterSecret, quickSettings as quickLinks } from './linkedNodes.ts';
import { freePorts } from './ports.ts';
import { until } from './mediaRoom.ts';
import { WorkerView } from './rtpSource.ts';
import { StoppableClock } from './stoppableClock.ts';

export interface ClusterNode extends TributaryNode {
  readonly nodeId: NodeId;
  /** What its workers have. */
  readonly view: WorkerView;
  /** What it tells of itself can be changed here. */
  readonly store: ClusterStore;
  /** Its heartbeats stop and its links break, as if it had been killed; its own sockets stay until it is closed. */
  cutOff(): Promise<void>;
}

/** Homes are lost after a time that a busy machine does not take for anything else. */
const settings = { ...defaultClusterSettings, heartbeatMs: 300, memberTtlMs: 3000, homeTtlMs: 3000 };
const log = pino({ level: process.env.NODE_LOG ?? 'silent' });

const noRooms = roomHandlers(() => undefined);
const noCascade = cascadeHandlers(() => undefined);

/** Whole nodes in this process, with real workers and links, over one memory. */
export class NodeCluster {
  readonly #cluster = new MemoryCluster(systemClock, settings);
  readonly #urls = new Map<NodeId, string>();
  readonly #nodes: ClusterNode[] = [];
  readonly #bare: NodeLinks[] = [];

  /** `record` is what the node tells of itself beside its own name and address; `flags` are settings. */
  async start(name: string, record: object = {}, flags: string[] = []): Promise<ClusterNode> {
    const [port, adminPort, rtcPort] = await freePorts(3 + 8);
    const loaded = loadSettings({
      argv: [
        '--dev',
        '--dev-regions=eu',
        '--workers=1',
        `--node-id=${name}`,
        `--port=${port}`,
        `--admin-port=${adminPort}`,
        `--rtc-port=${rtcPort}`,
        ...flags,
      ],
      env: {},
      readFile: () => '',
    });
    if (loaded.action !== 'run' || !loaded.ok) throw new Error(`no settings: ${JSON.stringify(loaded)}`);
    const nodeId = nodeIdSchema.parse(name);
    const clock = new StoppableClock();
    const store = this.#cluster.store(log, clock);
    let links: NodeLinks | undefined;
    const { view, stop } = WorkerView.watch();
    const node = await startNode(loaded.settings, log, {
      record: recordOf(name, { publicUrl: `http://localhost:${port}`, ...record }),
      store,
      homeTtlMs: settings.homeTtlMs,
      openLinks: (handlers) =>
        (links = new NodeLinks({
          nodeId,
          secrets: [clusterSecret],
          settings: quickLinks,
          handlers,
          log,
          addressOf: (peer) => this.#urls.get(peer),
        })),
      listen: async (its) => {
        const url = `http://localhost:${await its.listen()}`;
        this.#urls.set(nodeId, url);
        return url;
      },
    });
    // The one that works, and the one that waits to take its place.
    await until('all workers are there', () => view.workers.length === 2);
    stop();
    const one: ClusterNode = {
      ...node,
      nodeId,
      view,
      store,
      cutOff: async () => {
        clock.stop();
        await links?.close();
      },
    };
    this.#nodes.push(one);
    return one;
  }

  /** Links of a node that knows the cluster's secret, and has nothing else. */
  bareNode(name: string): NodeLinks {
    const handled = {
      ...noRooms.calls,
      ...noCascade.calls,
      'cascade.report': () => refuse('not-found'),
      'node.drain': () => refuse('not-found'),
    };
    const links = new NodeLinks({
      nodeId: nodeIdSchema.parse(name),
      secrets: [clusterSecret],
      settings: quickLinks,
      handlers: { calls: handled, tells: { ...noRooms.tells, ...noCascade.tells } },
      log,
      addressOf: (peer) => this.#urls.get(peer),
    });
    this.#bare.push(links);
    return links;
  }

  async close(): Promise<void> {
    await Promise.all(this.#bare.splice(0).map((links) => links.close()));
    await Promise.all(this.#nodes.splice(0).map((node) => node.close()));
  }
}
