import { refuse } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/identity.ts';
import type { NodeRecord } from '../protocol/network.ts';
import type { NodeHandlers } from '../protocol/nodeMessages.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import type { LostPeers } from './lostPeers.ts';
import type { NodeRoom } from './rooms/nodeRoom.ts';
import type { RoomCallName, RoomHomes, RoomTellName, RoomWire } from './rooms/roomWire.ts';

/** Where rooms meet the cluster: neither knows the other. */

/** A home is asked at most so long: who asks is a person who waits. */
const askTimeoutMs = 2000;
/** A node whose link is broken only so long that the link is tried again: meanwhile somebody else may be the home. */
const askLostTimeoutMs = 50;
/** The store's last answer was on its way for a while, and the lease has run since before that. */
const leaseMarginMs = 300;

export interface RoomHandlers {
  calls: Pick<NodeHandlers['calls'], RoomCallName>;
  tells: Pick<NodeHandlers['tells'], RoomTellName>;
}

/** What other nodes say about rooms, handed to the room, where this node has it. */
export function roomHandlers(roomOf: (roomId: RoomId) => NodeRoom | undefined): RoomHandlers {
  const away = refuse('home-away');
  return {
    calls: {
      'room.attach': ({ from }, request) => roomOf(request.roomId)?.attach(from, request) ?? away,
      'room.command': ({ from }, request) => roomOf(request.roomId)?.command(from, request) ?? away,
      'room.whole': (_context, request) => roomOf(request.roomId)?.answerWhole(request) ?? away,
      'room.find': (_context, request) => roomOf(request.roomId)?.answerFind(request) ?? away,
      'room.audience': (_context, request) => roomOf(request.roomId)?.answerAudience(request) ?? away,
    },
    tells: {
      'room.step': (from, payload) => roomOf(payload.roomId)?.hearStep(from, payload),
      'room.viewers': (from, payload) => roomOf(payload.roomId)?.hearViewers(from, payload),
      'room.data': (from, payload) => roomOf(payload.roomId)?.hearData(from, payload),
      'room.reactions': (from, payload) => roomOf(payload.roomId)?.hearReactions(from, payload),
    },
  };
}

/** Rooms' way to other nodes. */
export function roomWire(
  { nodeId: self, region }: Pick<NodeRecord, 'nodeId' | 'region'>,
  links: NodeLinks,
  lost: LostPeers,
): RoomWire {
  return {
    self,
    region,
    ask: async (to, name, request) => {
      const timeoutMs = lost.has(to) ? askLostTimeoutMs : askTimeoutMs;
      const signal = lost.signalOf(to);
      const answer = await links.to(to).call(name, request, { timeoutMs, ...(signal && { signal }) });
      if (answer.ok) return answer;
      const { error } = answer;
      return error.code === 'refused' ? { ok: false, error: error.refusal } : refuse('home-away', error.code);
    },
    tell: (to, name, payload) => links.to(to).tell(name, payload),
  };
}

/** The homes of rooms as the cluster store has them. */
export function roomHomes(store: ClusterStore, homeTtlMs: number, onTakenOver?: () => void): RoomHomes {
  return {
    claim: (roomId) => store.claim(roomId),
    takeOver: async (roomId, fromEpoch) => {
      const claim = await store.takeOver(roomId, fromEpoch);
      if (claim.ok && claim.value.mine) onTakenOver?.();
      return claim;
    },
    release: (roomId) => store.release(roomId),
    present: (roomId) => store.present(roomId),
    absent: (roomId) => store.absent(roomId),
    holders: (roomId) => store.holders(roomId),
    // A lease is good for this long after the store last answered, by our own clock; later somebody may have it.
    sure: () => (store.members().ageMs ?? Infinity) < homeTtlMs - leaseMarginMs,
  };
}
