import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../controls/icons.tsx';
import type { Session } from '../state/session.ts';
import { mirrorSelf } from '../state/remembered.ts';
import { Initials } from './initials.tsx';
import { useLevel } from './levels.ts';
import { QualityBars } from './qualityBars.tsx';
import type { Rect } from './stageLayout.ts';
import type { Tile } from './tileModel.ts';

interface TileProps {
  session: Session;
  tile: Tile;
  rect: Rect;
  leaving: boolean;
}

/** One tile. Its video element lives as long as the tile does, whatever happens to layout, camera or connection. */
export function StageTile({ session, tile, rect, leaving }: TileProps) {
  const figure = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [painted, setPainted] = useState(false);
  const room = session.room.value;
  const remote = session.feeds.value.find((feed) => feed.feedId === tile.key);
  const own = session.localFeeds.value.find((feed) => feed.source === tile.source);
  const ownTrack = tile.own ? (own?.track ?? null) : null;
  const shown = tile.own ? ownTrack !== null && tile.picture : tile.picture;

  useEffect(() => {
    const element = video.current;
    if (element === null || room === null || tile.own || remote === undefined) return;
    return room.attach(remote.feedId, element);
  }, [room, remote, tile.own]);

  useEffect(() => {
    const element = video.current;
    if (element === null || !tile.own) return;
    element.srcObject = ownTrack === null ? null : new MediaStream([ownTrack]);
    if (ownTrack !== null) void element.play().catch(() => undefined);
  }, [ownTrack, tile.own]);

  useEffect(() => {
    if (!shown) setPainted(false);
    else if ((video.current?.readyState ?? 0) >= HTMLMediaElement.HAVE_CURRENT_DATA) setPainted(true);
  }, [shown]);

  const loudness = useCallback(() => room?.audioLevel(tile.participantId) ?? 0, [room, tile.participantId]);
  useLevel(figure, tile.source === 'camera' && !tile.muted && !tile.away ? loudness : null);

  const label = tile.source === 'screen' ? `${tile.own ? 'Your' : `${tile.name}’s`} screen` : tile.name;
  return (
    <figure
      ref={figure}
      class="tile"
      data-source={tile.source}
      data-picture={shown && painted}
      data-away={tile.away}
      data-leaving={leaving}
      data-mirrored={tile.own && tile.source === 'camera' && mirrorSelf.value === 'on'}
      data-small={rect.width < 150 || rect.height < 110}
      data-testid={`tile-${tile.source}`}
      style={{
        transform: `translate(${rect.x}px, ${rect.y}px)`,
        width: `${rect.width}px`,
        height: `${rect.height}px`,
      }}
    >
      <div class="tile-frame">
        <Initials name={tile.name} />
        <video
          ref={video}
          muted
          autoPlay
          playsInline
          disablePictureInPicture={tile.own}
          data-participant-id={tile.participantId}
          data-source={tile.source}
          aria-label={label}
          onLoadedData={() => setPainted(true)}
          onPlaying={() => setPainted(true)}
        />
        {tile.away && <span class="tile-away">Reconnecting</span>}
        <figcaption class="name-pill" title={label}>
          {tile.muted && tile.source === 'camera' && (
            <span class="name-pill-muted" role="img" aria-label="Muted">
              <Icon name="microphoneOff" size={16} />
            </span>
          )}
          {tile.source === 'screen' && <Icon name="screen" size={16} />}
          <span class="name-pill-name" dir="auto">
            {label}
          </span>
          {tile.own && tile.source === 'camera' && <span class="name-pill-note">You</span>}
        </figcaption>
        <QualityBars session={session} tile={tile} />
      </div>
    </figure>
  );
}
