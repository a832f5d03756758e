import type { Logger } from 'pino';
import { done, refuse } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/identity.ts';
import type { NodeId, NodeRecord } from '../protocol/network.ts';
import type { NodeHandlers } from '../protocol/nodeMessages.ts';
import { Cascade } from './cascade/cascade.ts';
import type {
  CascadeMeasured,
  CascadeCallName,
  CascadeRooms,
  CascadeTellName,
  CascadeWire,
} from './cascade/cascadePorts.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { LinkEvent } from './cluster/linkEvents.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import type { SharedMedia } from './media/sharedMedia.ts';
import type { RoomEvents } from './rooms/anyRoom.ts';
import type { NodeRoom } from './rooms/nodeRoom.ts';

/** Where the cascade meets rooms, media, links and the cluster: none knows another. */

export interface CascadeHandlers {
  calls: Pick<NodeHandlers['calls'], CascadeCallName>;
  tells: Pick<NodeHandlers['tells'], CascadeTellName>;
}

/** What other nodes say about feeds, handed to the cascade, once there is one. */
export function cascadeHandlers(cascade: () => Cascade | undefined): CascadeHandlers {
  const away = refuse('media-unavailable');
  return {
    calls: {
      'feed.pull': ({ from, signal }, request) => cascade()?.serves.pull(from, request, signal) ?? away,
      'feed.connect': ({ from }, request) => cascade()?.serves.connect(from, request) ?? away,
      'feed.drop': ({ from }, { pipeId }) => {
        cascade()?.serves.drop(from, pipeId);
        return done({});
      },
    },
    tells: {
      'feed.request': (from, payload) => cascade()?.serves.hear(from, payload),
      'feed.news': (from, payload) => cascade()?.hearNews(from, payload),
    },
  };
}

export interface CascadeNetworkParts {
  record: Pick<NodeRecord, 'nodeId' | 'region'>;
  store: ClusterStore;
  links: NodeLinks;
  media: SharedMedia;
  rooms: { all(): NodeRoom[]; get(roomId: RoomId): NodeRoom | undefined };
  log: Logger;
  measured: CascadeMeasured;
  /** How many nodes of its region one node feeds; the same on all nodes. */
  fanOut: number;
}

export interface RunningCascade {
  readonly cascade: Cascade;
  close(): void;
}

/** Starts to bring feeds to this node and to others through it. */
export function startCascade(parts: CascadeNetworkParts): RunningCascade {
  const { record, store, links, media, rooms, log } = parts;
  const cascade = new Cascade({
    self: { nodeId: record.nodeId, region: record.region },
    settings: { fanOut: parts.fanOut },
    wire: cascadeWire(links),
    rooms: roomFeeds(rooms),
    media,
    network: { members: () => store.members().nodes },
    log,
    measured: parts.measured,
    random: Math.random,
    nowMs: () => performance.now(),
  });
  const onMembers = (): void => cascade.networkChanged();
  store.events.on('membersChanged', onMembers);
  const unwatch = links.watch((event) => tellLink(cascade, event));
  return {
    cascade,
    close: () => {
      store.events.off('membersChanged', onMembers);
      unwatch();
      cascade.close();
    },
  };
}

/** The same events, of which the cascade hears what concerns feeds. */
export function withCascade(
  roomId: RoomId,
  events: RoomEvents,
  cascade: () => Cascade | undefined,
): RoomEvents {
  return {
    ...events,
    perform: (effect) => {
      events.perform(effect);
      if (effect.type === 'roomChanged' || effect.type === 'ended') cascade()?.roomChanged(roomId);
    },
  };
}

function tellLink(cascade: Cascade, event: LinkEvent): void {
  switch (event.type) {
    case 'up':
      return cascade.linkUp(event.nodeId, event.restarted);
    case 'down':
      if (event.reason !== 'idle' && event.reason !== 'closed') cascade.linkDown(event.nodeId);
      return;
    case 'other-version':
      return;
    default:
      return event satisfies never;
  }
}

function cascadeWire(links: NodeLinks): CascadeWire {
  return {
    ask: async (to, name, request, timeoutMs) => {
      const answer = await links.to(to).call(name, request, { timeoutMs });
      if (answer.ok) return answer;
      const { error } = answer;
      if (error.code === 'refused') {
        const { code, detail } = error.refusal;
        return { ok: false, why: 'refused', reason: detail ?? code };
      }
      const why = error.code === 'peer-away' ? 'unreachable' : 'late';
      return { ok: false, why, reason: error.code };
    },
    tell: (to, name, payload) => links.to(to).tell(name, payload),
    hold: (to: NodeId) => links.to(to).hold(),
    isUp: (to) => links.to(to).up,
    doubt: (to, withinMs) => links.to(to).doubt(withinMs),
    rttMs: (to) => links.to(to).figures?.smoothedRttMs,
    standingRttMs: (to) => links.to(to).figures?.standingRttMs,
  };
}

function roomFeeds(rooms: CascadeNetworkParts['rooms']): CascadeRooms {
  return {
    occupied: () => rooms.all().flatMap((room) => (room.occupied ? [room.id] : [])),
    feeds: (roomId) => {
      const room = rooms.get(roomId);
      if (!room?.occupied) return undefined;
      return room.known.state.stage.flatMap(({ id, feeds }) =>
        feeds.flatMap(({ feedId, epoch, source, origin }) =>
          origin === undefined
            ? []
            : [
                {
                  feedId,
                  epoch,
                  source,
                  publisherId: id,
                  originNode: origin.nodeId,
                  originRegion: origin.region,
                },
              ],
        ),
      );
    },
  };
}
