import { asClock, compactCount, useSeconds } from '../state/clock.ts';
import type { Session } from '../state/session.ts';
import { Icon } from './icons.tsx';

/** The thin line over the stage: live or not, how long, how many watch, how well we send. */
export function TopStrip({ session, room, hosting }: { session: Session; room: string; hosting: boolean }) {
  const view = session.view.value;
  const live = view?.status === 'live';
  const viewers = session.viewerCount.value;
  const sends = session.onStage.value;
  const quality = session.quality.value;
  return (
    <header class="strip" data-theme="dark">
      <span class="live-mark" data-live={live} data-testid="live-mark">
        <i />
        {live ? 'Live' : hosting ? 'Starting' : 'Not live yet'}
      </span>
      {live && <Duration startedAtMs={view.startedAtMs} />}
      <span class="strip-viewers" title={`${viewers} watching`} data-testid="viewer-count">
        <Icon name="eye" size={18} />
        <span class="ticking" key={compactCount(viewers)}>
          {compactCount(viewers)}
        </span>
        <span class="visually-hidden">watching</span>
      </span>
      <span class="strip-room" title={room}>
        {room}
      </span>
      {sends && (
        <span class="strip-quality" data-level={quality.level} role="status" data-testid="upload-quality">
          <i />
          <span title={quality.sentence}>
            {quality.level === 'good' ? 'Good' : quality.sentence || 'Weak connection'}
          </span>
        </span>
      )}
    </header>
  );
}

function Duration({ startedAtMs }: { startedAtMs: number | undefined }) {
  const nowMs = useSeconds();
  return (
    <span class="strip-duration" role="timer" aria-label="Duration">
      {asClock(nowMs - (startedAtMs ?? nowMs))}
    </span>
  );
}
