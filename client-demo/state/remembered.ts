import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';

const roomsKept = 6;

/** A storage that may be forbidden (private windows, embedded pages): then nothing is remembered, and nothing breaks. */
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}
function write(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(key, value);
  } catch {
    return;
  }
}
const thisBrowser = () => localStorage;
const thisTab = () => sessionStorage;

function remembered(key: string, initial: string): Signal<string> {
  const value = signal(read(thisBrowser, key) ?? initial);
  value.subscribe((now) => write(thisBrowser, key, now));
  return value;
}

/** The name one goes by, offered again next time. */
export const ownName = remembered('tributary.name', '');
/** The devices chosen last; empty is the browser's default. */
export const chosenDevices = {
  camera: remembered('tributary.camera', ''),
  microphone: remembered('tributary.microphone', ''),
};
/** The loudspeaker chosen last; empty is the browser's own. */
export const chosenSpeaker = remembered('tributary.speaker', '');
/** `on` or `off`: whether one sees oneself as in a mirror. */
export const mirrorSelf = remembered('tributary.mirror', 'on');

/** One identity a tab: a reload returns to the same seat, and two tabs are two people. */
export const tabIdentity = (() => {
  const known = read(thisTab, 'tributary.identity');
  if (known !== null) return known;
  const made = `p-${crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), '')}`;
  write(thisTab, 'tributary.identity', made);
  return made;
})();

/** What somebody is called until he says who he is. */
export const guestName = `Guest ${tabIdentity.slice(-4)}`;

/** Whether one starts with microphone and camera on. */
export interface Start {
  microphone: boolean;
  camera: boolean;
}

const liveIn = 'tributary.liveIn';

/** The room this tab was live in before it was reloaded, and what was on: it returns without a lobby, and still muted. */
export const returning = {
  to: (room: string): Start | undefined => {
    const [known, microphone, camera] = (read(thisTab, liveIn) ?? '').split(' ');
    return known === room ? { microphone: microphone === 'on', camera: camera === 'on' } : undefined;
  },
  remember: (room: string, { microphone, camera }: Start): void =>
    write(thisTab, liveIn, [room, microphone ? 'on' : 'off', camera ? 'on' : 'off'].join(' ')),
  forget: (): void => write(thisTab, liveIn, ''),
};

export interface RecentRoom {
  room: string;
  as: 'host' | 'watch';
}

/** The last rooms, newest first. */
export function recentRooms(): RecentRoom[] {
  try {
    const rooms: unknown = JSON.parse(read(thisBrowser, 'tributary.rooms') ?? '[]');
    return Array.isArray(rooms) ? rooms.filter(isRecentRoom).slice(0, roomsKept) : [];
  } catch {
    return [];
  }
}

export function rememberRoom(room: string, as: 'host' | 'watch'): void {
  const others = recentRooms().filter((entry) => entry.room !== room);
  write(thisBrowser, 'tributary.rooms', JSON.stringify([{ room, as }, ...others].slice(0, roomsKept)));
}

function isRecentRoom(entry: unknown): entry is RecentRoom {
  if (typeof entry !== 'object' || entry === null) return false;
  const { room, as } = entry as Partial<RecentRoom>;
  return typeof room === 'string' && (as === 'host' || as === 'watch');
}
