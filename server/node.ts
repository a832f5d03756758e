import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { adminTokenCheck, createApiKeyCheck } from './access/apiKeyCheck.ts';
import { addressBlock } from './access/addressBlock.ts';
import { clientAddress } from './access/clientAddress.ts';
import { requestedHost } from './access/requestedHost.ts';
import { createForwardingWatch } from './access/untrustedForwarding.ts';
import { createTokens } from './access/tokens.ts';
import { createAdminApi } from './api/adminApi.ts';
import { createPublicApi } from './api/publicApi.ts';
import type { NodeId, RegionId } from '../protocol/network.ts';
import { cascadeHandlers, startCascade, withCascade } from './cascadeNetwork.ts';
import type { RunningCascade } from './cascadeNetwork.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import { createMedia } from './media/media.ts';
import { SharedMedia } from './media/sharedMedia.ts';
import { createMetrics } from './observability/metrics.ts';
import { systemClock } from './rooms/clock.ts';
import { NodeRoom } from './rooms/nodeRoom.ts';
import { Rooms } from './rooms/rooms.ts';
import { defaultRoomPace } from './rooms/roomWire.ts';
import { Drain } from './drain.ts';
import { Edges } from './edges.ts';
import { LostPeers } from './lostPeers.ts';
import { Membership } from './membership.ts';
import { publicUrlOf } from './nodeAddresses.ts';
import { openNetwork } from './nodeNetwork.ts';
import type { NodeNetwork } from './nodeNetwork.ts';
import { roomHandlers, roomHomes, roomWire } from './roomNetwork.ts';
import { NetworkReports } from './networkReport.ts';
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
  readonly nodeId: NodeId;
  readonly region: RegionId;
  /** Resolves with a sentence when another process has this node's name: it has to end. */
  readonly putOut: Promise<string>;
  /** How many other nodes it is linked to. */
  peersLinked(): number;
  /** Takes nobody new and waits until every show ended, or `drainMs` passed. */
  drain(): Promise<void>;
  /** Shows everybody out and ends every part. */
  close(): Promise<void>;
}

const demoFolder = fileURLToPath(new URL('../client-demo/dist', import.meta.url));

/** Makes and starts a node; rejects with a sentence for the operator when it cannot. */
export async function startNode(
  settings: Settings,
  log: Logger,
  network: NodeNetwork = openNetwork(settings, log),
): Promise<TributaryNode> {
  let state: NodeState = 'starting';
  const media = await createMedia(mediaSettings(settings), log);
  const shared = new SharedMedia(media);
  const metrics = createMetrics({
    rooms: () => rooms.all().filter((room) => !room.vacant).length,
    participants: () => gateway.rooms.participants(),
    sockets: () => gateway.connections,
    workers: () => media.workers(),
    members: () => store.members().nodes,
    storeAway: () => (store.members().ageMs ?? Infinity) > network.homeTtlMs,
    links: () => reports.linksHere(),
    cascade: () => running.cascade.report(),
  });
  const reports: NetworkReports = new NetworkReports({
    self: network.record,
    members: () => store.members(),
    links: () => links,
    rooms: () => rooms.all(),
    cascade: (roomId) => running.cascade.report(roomId),
  });
  const tokens = createTokens(settings.tokenSecret);
  const { store, record } = network;
  const edges = new Edges({
    self: record.nodeId,
    members: () => store.members(),
    draining: () => drain.draining,
    random: Math.random,
  });
  const drain: Drain = new Drain({
    self: record.nodeId,
    store,
    links: () => links,
    gateway: () => gateway,
    needed: () => rooms.all().some((room) => room.needed),
    drainMs: settings.drainMs,
    movesPerSecond: settings.drainMovesPerSecond,
    log,
  });
  const publicApi = await createPublicApi({
    settings,
    log,
    tokens,
    checkApiKey: createApiKeyCheck(settings.apiKeys),
    checkAdminToken: adminTokenCheck(settings.adminTokens),
    devAdminToken: settings.adminTokens?.[0],
    network: reports,
    blockOf: addressBlock,
    rtpCapabilities: media.rtpCapabilities,
    drainNode: (nodeId, draining) => drain.at(nodeId, draining),
    offerEdges: (asker) => edges.offer(asker),
    nodeOrigins: () => edges.origins(),
    demoFolder: settings.demo ? demoFolder : undefined,
    onRefused: (code) => {
      metrics.refused(code);
    },
  });
  const handled = roomHandlers((roomId) => rooms.get(roomId));
  const ofFeeds = cascadeHandlers(() => running.cascade);
  const links: NodeLinks = network.openLinks({
    calls: { ...handled.calls, ...ofFeeds.calls, ...reports.handlers, 'node.drain': drain.handle },
    tells: { ...handled.tells, ...ofFeeds.tells },
  });
  store.events.on('membersChanged', () => {
    gateway.edgeNews.changed();
  });
  const membership = new Membership({
    network,
    links,
    log,
    cpuShare: () => meanOf(media.workers().map(({ cpu }) => cpu)),
    lossFrom: (region) => running.cascade.lossFrom(region),
    viewers: () => sumOf(Object.values(gateway.rooms.participants())),
  });
  const lost = new LostPeers(links, store);
  lost.onLost((nodeId) => {
    for (const room of rooms.all()) room.peerLost(nodeId);
  });
  const wire = roomWire(record, links, lost);
  const homes = roomHomes(store, network.homeTtlMs, () => {
    metrics.homeTakenOver();
  });
  store.events.on('homeLost', ({ roomId, epoch }) => {
    rooms.get(roomId)?.lost(epoch);
  });
  const rooms: Rooms<NodeRoom> = new Rooms<NodeRoom>({
    make: (parts) =>
      new NodeRoom({
        ...parts,
        wire,
        homes,
        pace: defaultRoomPace,
        random: Math.random,
        onOccupied: () => running.cascade.roomChanged(parts.id),
      }),
    settings,
    clock: systemClock,
    vacantRoomMs: settings.vacantRoomMs,
    endedRoomMs: settings.endedTombstoneMs,
    eventsOf: (roomId) => withCascade(roomId, gateway.rooms.eventsOf(roomId), () => running.cascade),
    onClosed: (room) => {
      gateway.rooms.forget(room.id);
    },
  });
  const watchForwarding = createForwardingWatch(settings.trustedProxies, log);
  const gateway: Gateway = new Gateway(publicApi.server, {
    settings: signallingSettings(settings),
    log,
    nodeId: settings.nodeId,
    region: record.region,
    edges,
    rtpCapabilities: media.rtpCapabilities,
    addressOf: (request) => {
      watchForwarding(request);
      return addressBlock(clientAddress(request, settings.trustedProxies));
    },
    hostOf: (request) => requestedHost(request, settings.trustedProxies),
    verifyToken: (token) => tokens.verify(token),
    openRoom: (roomId) => rooms.open(roomId),
    openMedia: (roomId, events) => shared.openForPeople(roomId, events),
    draining: () => drain.draining,
    measured: metrics,
  });
  const running: RunningCascade = startCascade({
    record,
    store,
    links,
    media: shared,
    rooms,
    log,
    measured: metrics,
    fanOut: settings.fanOut,
  });
  const adminApi = createAdminApi({
    log,
    drainNode: (nodeId, draining) => drain.at(nodeId, draining),
    notReady: () =>
      notReadyFor(drain.draining ? 'draining' : state, {
        connections: gateway.connections,
        maxConnections: settings.maxConnections,
        liveWorkers: media.workers().length,
      }),
    notes: () => membership.notes(),
    registry: metrics.registry,
  });

  const close = async (): Promise<void> => {
    state = 'draining';
    gateway.rooms.sendAway((connection) => gateway.elsewhereFor(connection));
    gateway.rooms.closeAll();
    rooms.closeAll();
    running.close();
    // Side by side: the sockets' server waits for the HTTP connections that the other one ends.
    await Promise.all([gateway.close(), publicApi.close(), adminApi.close(), media.close()]);
    await membership.close();
    lost.close();
  };
  try {
    await adminApi.listen({ host: settings.adminHost, port: settings.adminPort });
    await publicApi.listen({ host: settings.host, port: settings.port });
    await membership.join(publicUrlOf(settings, portOf(publicApi.server.address())));
  } catch (error) {
    await close();
    throw error;
  }
  state = 'ready';
  if (settings.demo && !existsSync(demoFolder)) log.warn('the demo pages are not built; run `npm run setup`');

  const scheme = settings.tlsCertFile === undefined ? 'http' : 'https';
  return {
    nodeId: record.nodeId,
    region: record.region,
    putOut: membership.putOut,
    origin: `${scheme}://localhost:${portOf(publicApi.server.address())}`,
    adminOrigin: `http://localhost:${portOf(adminApi.server.address())}`,
    peersLinked: () => links.all().filter(({ up }) => up).length,
    drain: () => drain.start(),
    close,
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function meanOf(numbers: readonly number[]): number {
  return sumOf(numbers) / Math.max(1, numbers.length);
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
