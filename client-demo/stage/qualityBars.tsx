import type { QualityLevel } from '../../client/tributary.ts';
import type { Session } from '../state/session.ts';
import type { Tile } from './tileModel.ts';

const words: Record<Exclude<QualityLevel, 'good'>, string> = { fair: 'weak', poor: 'bad' };

/** How a person's connection does, shown only when it is not good. Of our own we know more than the server does. */
export function QualityBars({ session, tile }: { session: Session; tile: Tile }) {
  const own = session.quality.value;
  const level = tile.own ? own.level : (session.qualities.value.get(tile.participantId) ?? 'good');
  if (level === 'good' || tile.source !== 'camera' || tile.away) return null;
  const sentence = tile.own ? own.sentence : `${tile.name} has a ${words[level]} connection`;
  return (
    <span
      class="bars"
      data-level={level}
      data-testid="connection-bars"
      role="img"
      aria-label={sentence}
      title={sentence}
    >
      <i />
      <i />
      <i />
    </span>
  );
}
