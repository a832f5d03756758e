import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { createApiKeyCheck } from './access/apiKeyCheck.ts';
import { addressBlock } from './access/addressBlock.ts';
import { clientAddress } from './access/clientAddress.ts';
import { requestedHost } from './access/requestedHost.ts';
import { createForwardingWatch } from './access/untrustedForwarding.ts';
import { createTokens } from './access/tokens.ts';
import { createAdminApi } from './api/adminApi.ts';
import { createPublicApi } from './api/publicApi.ts';
import { nodeIdSchema, regionIdSchema } from '../protocol/network.ts';
import type { NodeRecord } from '../protocol/network.ts';
import type { NodeHandlers } from '../protocol/nodeMessages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { refuse } from '../protocol/errors.ts';
import { defaultClusterSettings } from './cluster/clusterStore.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import { MemoryCluster } from './cluster/memoryCluster.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import { createMedia } from './media/media.ts';
import { createMetrics } from './observability/metrics.ts';
import { systemClock } from './rooms/clock.ts';
import { NodeRoom } from './rooms/nodeRoom.ts';
import { Rooms } from './rooms/rooms.ts';
import { defaultRoomPace } from './rooms/roomWire.ts';
import { roomHandlers, roomHomes, roomWire } from './roomNetwork.ts';
import { mediaSettings, signallingSettings } from './partSettings.ts';
import { notReadyFor } from './readiness.ts';
import type { NodeState } from './readiness.ts';
import type { Settings } from './settings/settingsTable.ts';
import { Gateway } from './signalling/gateway.ts';

/** One running node: a region's share of rooms, on this machine's cores. */
export interface TributaryNode {
  /** Where the pages, the API and signalling are, e.g. `http://localhost:3000`. */
  readonly origin: string;
  readonly adminOrigin: string;
  /** Takes nobody new and waits until every show ended, or `drainMs` passed. */
  drain(): Promise<void>;
  /** Shows everybody out and ends every part. */
  close(): Promise<void>;
}

/** What makes a node one of several. */
export interface NodeNetwork {
  record: NodeRecord;
  store: ClusterStore;
  homeTtlMs: number;
  /** Makes the node's links, over which it hears `handlers`; without them the node is alone. */
  openLinks?(handlers: NodeHandlers): NodeLinks;
}

/** The network of a node that is alone. */
function ownNetwork({ nodeId }: Settings, log: Logger): NodeNetwork {
  return {
    record: {
      // A node that is alone may be called anything.
      nodeId: nodeIdSchema.safeParse(nodeId).data ?? nodeIdSchema.parse('alone'),
      region: regionIdSchema.parse('local'),
      protocolVersion,
      linkUrl: 'http://localhost',
      publicUrl: 'http://localhost',
      startedAtMs: Date.now(),
      load: 0,
      viewers: 0,
      capacity: 0,
      draining: false,
    },
    store: new MemoryCluster(systemClock, defaultClusterSettings).store(log),
    homeTtlMs: defaultClusterSettings.homeTtlMs,
  };
}

const demoFolder = fileURLToPath(new URL('../client-demo/dist', import.meta.url));
const drainPollMs = 200;

/** Makes and starts a node; rejects with a sentence for the operator when it cannot. */
export async function startNode(
  settings: Settings,
  log: Logger,
  network: NodeNetwork = ownNetwork(settings, log),
): Promise<TributaryNode> {
  let state: NodeState = 'starting';
  const media = await createMedia(mediaSettings(settings), log);
  const metrics = createMetrics({
    rooms: () => rooms.all().filter((room) => !room.vacant).length,
    participants: () => gateway.rooms.participants(),
    sockets: () => gateway.connections,
    workers: () => media.workers(),
  });
  const tokens = createTokens(settings.tokenSecret);
  const publicApi = await createPublicApi({
    settings,
    log,
    tokens,
    checkApiKey: createApiKeyCheck(settings.apiKeys),
    blockOf: addressBlock,
    rtpCapabilities: media.rtpCapabilities,
    demoFolder: settings.demo ? demoFolder : undefined,
    onRefused: (code) => {
      metrics.refused(code);
    },
  });
  const { store, record } = network;
  const handled = roomHandlers((roomId) => rooms.get(roomId));
  const links = network.openLinks?.({
    calls: {
      ...handled.calls,
      'feed.pull': () => refuse('media-unavailable'),
      'feed.drop': () => refuse('media-unavailable'),
      'cascade.report': () => refuse('media-unavailable'),
    },
    tells: { ...handled.tells, 'room.view': () => undefined },
  });
  const wire = roomWire(record.nodeId, links);
  const homes = roomHomes(store, network.homeTtlMs);
  store.events.on('homeLost', ({ roomId, epoch }) => {
    rooms.get(roomId)?.lost(epoch);
  });
  const rooms: Rooms<NodeRoom> = new Rooms<NodeRoom>({
    make: (parts) => new NodeRoom({ ...parts, wire, homes, pace: defaultRoomPace, random: Math.random }),
    settings,
    clock: systemClock,
    vacantRoomMs: settings.vacantRoomMs,
    endedRoomMs: settings.endedTombstoneMs,
    eventsOf: (roomId) => gateway.rooms.eventsOf(roomId),
    onClosed: (room) => {
      gateway.rooms.forget(room.id);
    },
  });
  const watchForwarding = createForwardingWatch(settings.trustedProxies, log);
  const gateway: Gateway = new Gateway(publicApi.server, {
    settings: signallingSettings(settings),
    log,
    nodeId: settings.nodeId,
    rtpCapabilities: media.rtpCapabilities,
    addressOf: (request) => {
      watchForwarding(request);
      return addressBlock(clientAddress(request, settings.trustedProxies));
    },
    hostOf: (request) => requestedHost(request, settings.trustedProxies),
    verifyToken: (token) => tokens.verify(token),
    openRoom: (roomId) => rooms.open(roomId),
    openMedia: (roomId, events) => media.openRoom(roomId, events),
    draining: () => state === 'draining',
    measured: metrics,
  });
  const adminApi = createAdminApi({
    log,
    notReady: () =>
      notReadyFor(state, {
        connections: gateway.connections,
        maxConnections: settings.maxConnections,
        liveWorkers: media.workers().length,
      }),
    registry: metrics.registry,
  });

  const close = async (): Promise<void> => {
    state = 'draining';
    gateway.rooms.closeAll();
    rooms.closeAll();
    // Side by side: the sockets' server waits for the HTTP connections that the other one ends.
    await Promise.all([gateway.close(), publicApi.close(), adminApi.close(), media.close()]);
    await store.close();
    await links?.close();
  };
  try {
    const announced = await store.announce(record);
    if (!announced.ok) throw new Error(announced.error.message);
    await adminApi.listen({ host: settings.adminHost, port: settings.adminPort });
    await publicApi.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    await close();
    throw error;
  }
  state = 'ready';
  if (settings.demo && !existsSync(demoFolder)) log.warn('the demo pages are not built; run `npm run setup`');

  const scheme = settings.tlsCertFile === undefined ? 'http' : 'https';
  return {
    origin: `${scheme}://localhost:${portOf(publicApi.server.address())}`,
    adminOrigin: `http://localhost:${portOf(adminApi.server.address())}`,
    drain: async () => {
      state = 'draining';
      const deadlineMs = performance.now() + settings.drainMs;
      // Not for connections: those who were refused stay a while, and more of them come.
      while (rooms.all().some((room) => room.needed) && performance.now() < deadlineMs) {
        await new Promise((resolve) => setTimeout(resolve, drainPollMs));
      }
    },
    close,
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
