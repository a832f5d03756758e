import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { NodeRecord } from '../protocol/network.ts';
import type { NodeHandlers } from '../protocol/nodeMessages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { defaultClusterSettings } from './cluster/clusterStore.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import { defaultLinkSettings } from './cluster/linkSettings.ts';
import type { LinkSettings } from './cluster/linkSettings.ts';
import { MemoryCluster } from './cluster/memoryCluster.ts';
import { NodeLinks } from './cluster/nodeLinks.ts';
import { parseRedisAddress } from './cluster/redisAddress.ts';
import { createRedisStore } from './cluster/redisCluster.ts';
import { linkUrlOf } from './nodeAddresses.ts';
import { systemClock } from './rooms/clock.ts';
import type { Settings } from './settings/settingsTable.ts';

/** What makes a node one of several. */
export interface NodeNetwork {
  /** What the node tells of itself; its addresses are filled in when it listens. */
  readonly record: NodeRecord;
  readonly store: ClusterStore;
  /** A home that was not renewed for so long may be somebody else's. */
  readonly homeTtlMs: number;
  /** Makes the node's links, over which it hears `handlers`. */
  openLinks(handlers: NodeHandlers): NodeLinks;
  /** Lets other nodes in, and answers where they reach this one; a node that is alone waits for nobody. */
  listen(links: NodeLinks): Promise<string>;
}

/** Before every key in Redis. */
const keyPrefix = 'tributary';
/** What Redis does not answer in so long has failed. */
const redisTimeoutMs = 1000;
/** A node that is alone has no address. */
const nowhere = 'http://localhost';

/** Makes the network that the settings describe; `shared` is the memory of several nodes in this process. */
export function openNetwork(settings: Settings, log: Logger, shared?: MemoryCluster): NodeNetwork {
  const alone = settings.redis === undefined && shared === undefined;
  const { store, homeTtlMs } = openStore(settings, log, shared);
  const { nodeId } = settings;
  return {
    record: {
      nodeId,
      region: settings.region,
      protocolVersion,
      linkUrl: nowhere,
      publicUrl: nowhere,
      startedAtMs: Date.now(),
      load: 0,
      viewers: 0,
      capacity: settings.capacity ?? settings.workers * settings.viewersPerShard,
      draining: false,
    },
    store,
    homeTtlMs,
    openLinks: (handlers) =>
      new NodeLinks({
        nodeId,
        secrets: (alone ? undefined : settings.clusterSecrets) ?? [randomBytes(32).toString('base64')],
        settings: linkSettings(settings),
        handlers,
        log,
        addressOf: (peer) => store.members().nodes.find((node) => node.nodeId === peer)?.linkUrl,
      }),
    listen: async (links) => (alone ? nowhere : linkUrlOf(settings, await links.listen())),
  };
}

/** The memory that several nodes of this process share. */
export function sharedMemory(): MemoryCluster {
  return new MemoryCluster(systemClock, defaultClusterSettings);
}

function openStore(
  { redis }: Settings,
  log: Logger,
  shared: MemoryCluster | undefined,
): Pick<NodeNetwork, 'store' | 'homeTtlMs'> {
  const { homeTtlMs } = defaultClusterSettings;
  if (redis === undefined) return { store: (shared ?? sharedMemory()).store(log), homeTtlMs };
  const address = parseRedisAddress(redis);
  // Not quoted: there may be a password in it.
  if (address === undefined) throw new Error('redis is no address of a Redis; see --help for its forms');
  const store = createRedisStore({
    redis: { address, keyPrefix, commandTimeoutMs: redisTimeoutMs },
    settings: defaultClusterSettings,
    clock: systemClock,
    log,
  });
  return { store, homeTtlMs };
}

function linkSettings(settings: Settings): LinkSettings {
  const { linkTlsCertFile: certFile, linkTlsKeyFile: keyFile, linkCaFile: caFile } = settings;
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    ...defaultLinkSettings,
    host: settings.linkHost,
    port: settings.linkPort,
    localAddress: settings.linkLocalAddress,
    tls:
      certFile === undefined || keyFile === undefined
        ? undefined
        : { cert: read(certFile), key: read(keyFile) },
    ca: caFile === undefined ? undefined : read(caFile),
    requireTls: !settings.dev && settings.redis !== undefined,
  };
}
