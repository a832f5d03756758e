import { useCallback, useRef } from 'preact/hooks';
import { useLevel } from '../stage/levels.ts';

/** A bar that shows that one is heard. */
export function LevelMeter({ read }: { read: (() => number) | null }) {
  const bar = useRef<HTMLSpanElement>(null);
  const loud = useCallback(() => Math.sqrt(read?.() ?? 0), [read]);
  useLevel(bar, read === null ? null : loud);
  return (
    <span
      ref={bar}
      class="level"
      role="img"
      aria-label={read === null ? 'Microphone is off' : 'Microphone level'}
      data-off={read === null}
    >
      <i />
    </span>
  );
}
