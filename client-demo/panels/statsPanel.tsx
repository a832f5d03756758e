import { useEffect, useState } from 'preact/hooks';
import type { EdgeFigures, FeedStats, RoomStats } from '../../client/tributary.ts';
import { IconButton } from '../controls/button.tsx';
import type { Session } from '../state/session.ts';

const refreshMs = 1000;

/** What the connection is doing right now, read once a second. */
export function StatsPanel({ session, onClose }: { session: Session; onClose: () => void }) {
  const [stats, setStats] = useState<RoomStats | null>(null);
  const room = session.room.value;
  useEffect(() => {
    if (room === null) return;
    let gone = false;
    const read = () =>
      void room
        .stats()
        .then((now) => !gone && setStats(now))
        .catch(() => undefined);
    read();
    const timer = setInterval(read, refreshMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [room]);
  return (
    <aside class="statistics" aria-label="Statistics" data-testid="statistics-panel">
      <header>
        <h3>Statistics</h3>
        <IconButton testId="statistics-close" icon="close" label="Close statistics" onClick={onClose} />
      </header>
      {stats === null ? (
        <p class="statistics-empty">Measuring…</p>
      ) : (
        <>
          <dl>
            <Line name="Server" value={stats.nodeId} />
            <Line name="Region" value={regionOf(stats.edge)} />
            <Line name="Round trip" value={`${Math.round(stats.rttMs)} ms`} />
            {stats.firstFrameMs !== undefined && !session.onStage.value && (
              <Line name="First picture after" value={`${Math.round(stats.firstFrameMs)} ms`} />
            )}
            {stats.availableOutgoingBps !== undefined && (
              <Line name="Uplink estimate" value={asBitrate(stats.availableOutgoingBps)} />
            )}
          </dl>
          {stats.feeds.map((feed) => (
            <Feed key={`${feed.direction}${feed.feedId}`} feed={feed} who={nameOf(session, feed.feedId)} />
          ))}
        </>
      )}
    </aside>
  );
}

function Feed({ feed, who }: { feed: FeedStats; who: string }) {
  const size =
    feed.width !== undefined && feed.height !== undefined ? `${feed.width} × ${feed.height}` : null;
  const layers = (feed.layers ?? []).map(
    (layer) => `${layer.height}p ${layer.active ? asBitrate(layer.bitrateBps) : 'off'}`,
  );
  return (
    <section>
      <h4>
        <bdi>{who}</bdi>
        <small>
          {feed.source}, {feed.direction === 'send' ? 'sending' : 'receiving'}
        </small>
      </h4>
      <dl>
        {size !== null && <Line name="Resolution" value={size} />}
        {feed.framesPerSecond !== undefined && (
          <Line name="Frame rate" value={`${Math.round(feed.framesPerSecond)} / s`} />
        )}
        <Line name="Bitrate" value={asBitrate(feed.bitrateBps)} />
        <Line name="Codec" value={feed.codec} />
        <Line name="Lost" value={`${(feed.packetsLostRatio * 100).toFixed(1)} %`} />
        {feed.jitterBufferMs !== undefined && (
          <Line name="Delay (jitter buffer)" value={`${Math.round(feed.jitterBufferMs)} ms`} />
        )}
        {feed.hops !== undefined && <Line name="Hops between workers" value={`${feed.hops}`} />}
        {layers.length > 0 && <Line name="Layers" value={layers.join(', ')} />}
      </dl>
    </section>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The region, how far it is, and in words why it is this one. */
function regionOf({ region, rttMs, how }: EdgeFigures): string {
  const far = rttMs === undefined ? '' : `, ${Math.max(1, Math.round(rttMs))} ms`;
  const why = whyThere[how];
  return `${region}${far}${why === '' ? '' : ` (${why})`}`;
}

const whyThere: Record<EdgeFigures['how'], string> = {
  only: '',
  near: 'near',
  probed: 'nearest',
  kept: 'as before',
  unmeasured: '',
  redirected: 'sent here',
  moved: 'moved here',
  'failed-over': 'after another was lost',
};

function nameOf(session: Session, feedId: string): string {
  const member = session.view.value?.stage.find((each) => feedId.startsWith(`${each.id}:`));
  return member?.name ?? 'Somebody';
}

function asBitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
