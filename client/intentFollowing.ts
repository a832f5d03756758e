import type { MediaIntent } from '../protocol/roomView.ts';

export type Toggle = 'microphone' | 'camera';

/** The newer of what we know and what the room says; a view that was overtaken by an answer changes nothing. */
export function newerIntent(
  known: MediaIntent | undefined,
  seen: MediaIntent | undefined,
): MediaIntent | undefined {
  if (known === undefined || seen === undefined) return seen;
  return seen.version >= known.version ? seen : known;
}

/** Our intent after the server took a change of ours. */
export function acceptedIntent(
  known: MediaIntent,
  source: Toggle,
  on: boolean,
  version: number,
): MediaIntent {
  return version < known.version ? known : { ...known, version, [source]: on };
}

/**
 * Whether a source may flow. The server's word counts; our own "off" counts too until the server has it, so that
 * nobody is heard who has just muted himself on a broken connection.
 */
export function mayFlow(
  known: MediaIntent | undefined,
  ownWish: boolean | undefined,
  source: Toggle,
): boolean {
  return (known?.[source] ?? false) && ownWish !== false;
}

/** After a refusal as `stale-intent`: whether the newer state leaves anything to ask for. */
export function afterStale(
  now: MediaIntent | undefined,
  source: Toggle,
  on: boolean,
): 'done' | 'locked' | 'again' {
  if (now === undefined) return 'again';
  if (now[source] === on) return 'done';
  return on && now.locked[source] ? 'locked' : 'again';
}
