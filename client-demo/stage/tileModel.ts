import type { FeedId, ParticipantId, RoomView } from '../../client/tributary.ts';

/** One tile of the stage: a person, or a screen somebody shares. */
export interface Tile {
  /** The feed's lasting identity, also while the feed is away: an element keyed by it lives as long as the seat. */
  key: FeedId;
  participantId: ParticipantId;
  source: 'camera' | 'screen';
  name: string;
  own: boolean;
  host: boolean;
  /** There is, or should be, a picture. Without one the tile shows initials. */
  picture: boolean;
  muted: boolean;
  /** The connection is gone, the seat is kept. */
  away: boolean;
}

/** People in the order of their seats, then screens. */
export function tilesOf(view: RoomView | null, selfId: ParticipantId | undefined): Tile[] {
  const members = [...(view?.stage ?? [])].sort((one, other) => one.seat - other.seat);
  const tiles = (source: 'camera' | 'screen') =>
    members.map((member): Tile => ({
      key: `${member.id}:${source}` as FeedId,
      participantId: member.id,
      source,
      name: member.name,
      own: member.id === selfId,
      host: member.role === 'host',
      picture: hasFeed(member.feeds, source) && (source === 'screen' || member.intent.camera),
      muted: !member.intent.microphone,
      away: member.presence === 'away',
    }));
  return [...tiles('camera'), ...tiles('screen').filter((tile) => tile.picture)];
}

function hasFeed(feeds: readonly { source: string }[], source: string): boolean {
  return feeds.some((feed) => feed.source === source);
}

/** One or two letters that stand for a name, in any script. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) =>
    word === undefined ? '' : (/[\p{L}\p{N}]/u.exec(word)?.[0] ?? ''),
  );
  return letters.join('').toLocaleUpperCase() || '?';
}

/** A hue of 0 to 359 that is always the same for a name. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 100_003;
  return hash % 360;
}
