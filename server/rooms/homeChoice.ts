import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { RoomSettings } from './commands.ts';
import type { RoomHomes, RoomWire } from './roomWire.ts';
import { isBehind } from './stepLog.ts';
import { fetchWhole } from './wholeState.ts';
import type { StateAt } from './wholeState.ts';

export interface HomeChoiceParts {
  id: RoomId;
  settings: RoomSettings;
  homes: RoomHomes;
  wire: RoomWire;
}

/** `here`: this node is the home now, and goes on from `latest`, which is the most that anybody of `holders` knows. */
export type HomeChoice =
  | { type: 'unknown' }
  | { type: 'elsewhere'; home: { nodeId: NodeId; epoch: number } }
  | { type: 'here'; epoch: number; latest: StateAt; holders: readonly NodeId[] };

/** Finds the room's home, or makes this node it, where there is none; `own` is what is known of the room here. */
export async function chooseHome(parts: HomeChoiceParts, own: StateAt): Promise<HomeChoice> {
  const { homes, wire, id } = parts;
  const { epoch } = own.at;
  const asking = epoch === 0 ? homes.claim(id) : homes.takeOver(id, epoch);
  // Side by side, since somebody waits for the first of a room to be let in.
  const holding = homes.holders(id);
  let claimed = await asking;
  // Later homes came and went, so what is here is not the last; who holds the room may know more.
  if (!claimed.ok && claimed.error.code === 'home-moved-on') claimed = await homes.claim(id);
  if (!claimed.ok) return { type: 'unknown' };
  const { mine, home } = claimed.value;
  if (!mine) return { type: 'elsewhere', home };
  const held = await holding;
  const holders = held.ok ? held.value.filter((nodeId) => nodeId !== wire.self) : [];
  const states = await Promise.all(holders.map((nodeId) => fetchWhole(wire, nodeId, id, parts.settings)));
  const latest = states.reduce<StateAt>(
    (best, other) => (other !== undefined && isBehind(best.at, other.at) ? other : best),
    own,
  );
  return { type: 'here', epoch: home.epoch, latest, holders };
}
