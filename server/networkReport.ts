import type {
  LinkReport,
  NetworkReport,
  NodeCascadeReport,
  NodeReport,
  RoomCascadeReport,
  RoomHere,
} from '../protocol/cascadeReport.ts';
import { done, refuse } from '../protocol/errors.ts';
import type { Result } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/identity.ts';
import type { NodeId, NodeRecord } from '../protocol/network.ts';
import type { NodeHandlers } from '../protocol/nodeMessages.ts';
import { mergeNetwork, mergeRoom } from './cascade/mergeReports.ts';
import type { Gathered } from './cascade/mergeReports.ts';
import type { MembersView } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import type { NodeRoom } from './rooms/nodeRoom.ts';

export interface NetworkReportParts {
  self: Pick<NodeRecord, 'nodeId' | 'region'>;
  members(): MembersView;
  links(): NodeLinks | undefined;
  rooms(): readonly NodeRoom[];
  cascade(roomId?: RoomId): NodeCascadeReport;
  /** Unix time, ms. */
  now?: () => number;
}

/** Who has not answered by then is silent. */
const askTimeoutMs = 1000;
/** What was gathered serves everybody who asks so soon after. */
const sharedMs = 1000;
/** What fits into one message between nodes. */
const most = { rooms: 500, links: 256, pulls: 128, origins: 128 } as const;

interface Shared {
  untilMs: number;
  report: Promise<unknown>;
}

/** How the network is, gathered from all its nodes when an operator asks. */
export class NetworkReports {
  readonly #parts: NetworkReportParts;
  readonly #shared = new Map<string, Shared>();

  constructor(parts: NetworkReportParts) {
    this.#parts = parts;
  }

  /** What other nodes ask of this one. */
  get handlers(): Pick<NodeHandlers['calls'], 'cascade.report'> {
    return { 'cascade.report': (_context, { roomId }) => done(this.here(roomId)) };
  }

  /** This node's part. */
  here(roomId?: RoomId): NodeReport {
    const cascade = this.#parts.cascade(roomId);
    const rooms = this.#roomsHere(cascade, roomId);
    if (roomId === undefined)
      return { ...cascade, pulls: [], origins: [], rooms, links: this.linksHere(cascade) };
    const { pulls, origins } = cascade;
    return { ...cascade, pulls: pulls.slice(0, most.pulls), origins: origins.slice(0, most.origins), rooms };
  }

  network(): Promise<NetworkReport> {
    return this.#share('network', async () => {
      const { self } = this.#parts;
      const { strangers, ageMs } = this.#parts.members();
      return {
        self: self.nodeId,
        atMs: this.#now(),
        strangers: strangers.map(({ nodeId, protocolVersion = null }) => ({ nodeId, protocolVersion })),
        storeAgeMs: ageMs ?? null,
        ...mergeNetwork(await this.#gather()),
      };
    });
  }

  room(roomId: RoomId): Promise<Result<RoomCascadeReport>> {
    return this.#share(`room ${roomId}`, async () => {
      const gathered = await this.#gather(roomId);
      const report = mergeRoom(roomId, gathered);
      if (report !== undefined) return done(report);
      const { silent } = gathered;
      return refuse(
        'room-not-found',
        silent.length === 0 ? undefined : `no answer from ${silent.join(', ')}`,
      );
    });
  }

  /** Those who ask while, or shortly after, something is gathered get the same. */
  #share<T>(key: string, gather: () => Promise<T>): Promise<T> {
    const nowMs = this.#now();
    for (const [old, { untilMs }] of this.#shared) if (untilMs <= nowMs) this.#shared.delete(old);
    const known = this.#shared.get(key);
    // The key says which report it is, and so its type.
    if (known !== undefined) return known.report as Promise<T>;
    const report = gather();
    this.#shared.set(key, { untilMs: nowMs + sharedMs, report });
    return report;
  }

  async #gather(roomId?: RoomId): Promise<Gathered> {
    const { nodes } = this.#parts.members();
    const links = this.#parts.links();
    const reports: NodeReport[] = [];
    const silent: NodeId[] = [];
    const ask = async (nodeId: NodeId): Promise<void> => {
      const request = roomId === undefined ? {} : { roomId };
      const answer = await links?.to(nodeId).call('cascade.report', request, { timeoutMs: askTimeoutMs });
      // A node speaks for itself alone.
      if (answer?.ok && answer.value.nodeId === nodeId) reports.push(answer.value);
      else silent.push(nodeId);
    };
    const others = nodes.filter(({ nodeId }) => nodeId !== this.#parts.self.nodeId);
    await Promise.all(others.map(({ nodeId }) => ask(nodeId)));
    // The last, when it has the links by which the others were asked.
    reports.push(this.here(roomId));
    return { reports, silent, members: this.#parts.members().nodes };
  }

  #roomsHere(cascade: NodeCascadeReport, only: RoomId | undefined): RoomHere[] {
    const { origins, pulls } = cascade;
    const rooms = new Map(
      this.#parts
        .rooms()
        .filter((room) => (only === undefined ? !room.vacant : room.id === only))
        .map((room) => [room.id, room]),
    );
    const count = (list: readonly { roomId: RoomId }[], id: RoomId): number =>
      list.filter(({ roomId }) => roomId === id).length;
    // A gateway may have nobody of the rooms whose feeds it passes on.
    const ids = new Set([
      ...rooms.keys(),
      ...origins.map(({ roomId }) => roomId),
      ...pulls.map(({ roomId }) => roomId),
    ]);
    return [...ids].slice(0, most.rooms).map((roomId) => ({
      roomId,
      home: rooms.get(roomId)?.home ?? null,
      viewers: rooms.get(roomId)?.viewersHere ?? 0,
      origins: count(origins, roomId),
      pulls: count(pulls, roomId),
    }));
  }

  /** This node's links to those who are there. */
  linksHere({ pulls } = this.#parts.cascade()): LinkReport[] {
    const { self } = this.#parts;
    const links = this.#parts.links()?.all() ?? [];
    const peers = new Map(this.#parts.members().nodes.map((node) => [node.nodeId, node]));
    const reports: LinkReport[] = [];
    for (const link of links.slice(0, most.links)) {
      const peer = peers.get(link.nodeId);
      if (peer === undefined) continue;
      const carried = pulls.filter(({ from, state }) => from === peer.nodeId && state === 'open');
      const lost = carried.reduce((sum, { lossRatio }) => sum + lossRatio, 0);
      reports.push({
        from: self.nodeId,
        to: peer.nodeId,
        fromRegion: self.region,
        toRegion: peer.region,
        rttMs: link.figures?.smoothedRttMs ?? null,
        lossRatio: carried.length === 0 ? null : lost / carried.length,
        state: link.up ? 'up' : link.wanted ? 'down' : 'idle',
      });
    }
    return reports;
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)();
  }
}
