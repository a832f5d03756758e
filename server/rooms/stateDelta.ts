import type { RoomId } from '../../protocol/identity.ts';
import type { StateDelta } from '../../protocol/roomReplication.ts';
import type { RoomSettings } from './commands.ts';
import { newRoom } from './roomState.ts';
import type { Remembered, RoomState, SeatHolder } from './roomState.ts';

type Small = StateDelta['small'];
type Large = StateDelta['large'];

/** What changed from one state to a later one; from a room nobody entered, it is the whole state. */
export function deltaBetween(before: RoomState, after: RoomState): StateDelta {
  return { small: smallChanges(before, after), large: largeChanges(before, after) };
}

/** The whole of a state, for somebody who has none. */
export function wholeOf(state: RoomState): StateDelta {
  const { small, large } = deltaBetween(newRoom(state.roomId, state.settings), state);
  return { small: { ...small, settings: state.settings }, large };
}

/** The state that `whole` is of. */
export function fromWhole(roomId: RoomId, settings: RoomSettings, whole: StateDelta): RoomState {
  return withDelta(newRoom(roomId, settings), whole);
}

/** The later state. What did not change stays the same object, so that it is recognisably unchanged. */
export function withDelta(state: RoomState, { small, large }: StateDelta): RoomState {
  const { startedAtMs, hostId, stage, ...plain } = small;
  return {
    ...state,
    ...plain,
    ...(startedAtMs === undefined ? {} : { startedAtMs: startedAtMs ?? undefined }),
    ...(hostId === undefined ? {} : { hostId: hostId ?? undefined }),
    ...(stage === undefined ? {} : { stage: stage.map(seatFromWire) }),
    ...(large.requests && { requests: listWith(state.requests, large.requests) }),
    ...(large.invitations && { invitations: listWith(state.invitations, large.invitations) }),
    ...(large.chat && { chat: listWith(state.chat, large.chat) }),
    ...(large.bans && { bans: mapWith(state.bans, large.bans) }),
    ...(large.epochs && { epochs: mapWith(state.epochs, large.epochs) }),
    ...(large.remembered && {
      remembered: mapWith(state.remembered, {
        gone: large.remembered.gone,
        set: large.remembered.set.map(([id, entry]) => [
          id,
          { ...entry, steppedDown: entry.steppedDown ?? undefined },
        ]),
      }),
    }),
  };
}

function smallChanges(before: RoomState, after: RoomState): Small {
  const small: Small = {};
  if (before.settings !== after.settings) small.settings = after.settings;
  if (before.status !== after.status) small.status = after.status;
  if (before.version !== after.version) small.version = after.version;
  if (before.backstageVersion !== after.backstageVersion) small.backstageVersion = after.backstageVersion;
  if (before.startedAtMs !== after.startedAtMs) small.startedAtMs = after.startedAtMs ?? null;
  if (before.hostId !== after.hostId) small.hostId = after.hostId ?? null;
  if (before.stage !== after.stage) small.stage = after.stage.map(seatToWire);
  if (before.nextChatId !== after.nextChatId) small.nextChatId = after.nextChatId;
  if (before.epochFloor !== after.epochFloor) small.epochFloor = after.epochFloor;
  return small;
}

function largeChanges(before: RoomState, after: RoomState): Large {
  const large: Large = {};
  if (before.requests !== after.requests) large.requests = listChange(before.requests, after.requests);
  if (before.invitations !== after.invitations)
    large.invitations = listChange(before.invitations, after.invitations);
  if (before.chat !== after.chat) large.chat = listChange(before.chat, after.chat);
  if (before.bans !== after.bans) large.bans = mapChange(before.bans, after.bans);
  if (before.epochs !== after.epochs) large.epochs = mapChange(before.epochs, after.epochs);
  if (before.remembered !== after.remembered) {
    const { gone, set } = mapChange(before.remembered, after.remembered);
    large.remembered = { gone, set: set.map(([id, entry]) => [id, rememberedToWire(entry)]) };
  }
  return large;
}

function seatToWire(holder: SeatHolder): NonNullable<Small['stage']>[number] {
  return { ...holder, feeds: [...holder.feeds], graceUntilMs: holder.graceUntilMs ?? null };
}

function seatFromWire(holder: NonNullable<Small['stage']>[number]): SeatHolder {
  return { ...holder, graceUntilMs: holder.graceUntilMs ?? undefined };
}

function rememberedToWire({ locked, hushed, steppedDown }: Remembered) {
  return { locked, hushed, steppedDown: steppedDown ?? null };
}

interface Keyed<K, V> {
  gone: K[];
  set: [K, V][];
}

/** What was put in anew stands at the end, in both, so an entry that only moved is a new value too. */
function mapChange<K, V>(before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): Keyed<K, V> {
  return {
    gone: [...before.keys()].filter((key) => !after.has(key)),
    set: [...after].filter(([key, value]) => before.get(key) !== value),
  };
}

function mapWith<K, V>(map: ReadonlyMap<K, V>, { gone, set }: Keyed<K, V>): ReadonlyMap<K, V> {
  const copy = new Map(map);
  for (const key of gone) copy.delete(key);
  for (const [key, value] of set) {
    copy.delete(key);
    copy.set(key, value);
  }
  return copy;
}

const asMap = <K, T extends { readonly id: K }>(list: readonly T[]): Map<K, T> =>
  new Map(list.map((entry) => [entry.id, entry]));

function listChange<K, T extends { readonly id: K }>(before: readonly T[], after: readonly T[]): Keyed<K, T> {
  return mapChange<K, T>(asMap(before), asMap(after));
}

function listWith<K, T extends { readonly id: K }>(list: readonly T[], change: Keyed<K, T>): readonly T[] {
  return [...mapWith<K, T>(asMap(list), change).values()];
}
