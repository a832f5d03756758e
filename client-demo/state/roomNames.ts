const characters = [
  'quiet',
  'silver',
  'amber',
  'gentle',
  'bright',
  'hidden',
  'northern',
  'winding',
  'golden',
  'early',
  'open',
  'distant',
];
const waters = [
  'river',
  'brook',
  'delta',
  'harbour',
  'spring',
  'lagoon',
  'stream',
  'bay',
  'ford',
  'falls',
  'lake',
  'tide',
];
const longestRoomName = 64;

/** A room name that is easy to say aloud, e.g. `quiet-river-42`. */
export function friendlyRoomName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  return `${pick(characters)}-${pick(waters)}-${10 + Math.floor(random() * 90)}`;
}

/** What somebody typed as a room's name made fit for an address; empty when nothing usable is left. */
export function roomNameFrom(typed: string): string {
  return typed
    .trim()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/\s+/g, '-')
    .replace(/[^A-Za-z0-9_.-]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longestRoomName);
}
