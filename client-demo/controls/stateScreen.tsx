import { useEffect, useRef } from 'preact/hooks';
import { navigate } from '../router.ts';
import type { Advice, Remedy } from '../state/advice.ts';
import { useSeconds } from '../state/clock.ts';
import { Button } from './button.tsx';
import { Mark } from './icons.tsx';

interface StateScreenProps {
  advice: Advice;
  onRetry: () => void;
  onCohost?: () => void;
}

/** Instead of the room: what happened, and the ways on. */
export function StateScreen({ advice, onRetry, onCohost }: StateScreenProps) {
  const remedies = advice.remedies.filter((remedy) => remedy !== 'cohost' || onCohost !== undefined);
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever does not see the page hears what happened.
  useEffect(() => title.current?.focus(), [advice.title]);
  const act = (remedy: Remedy) => {
    if (remedy === 'home') return navigate('/');
    if (remedy === 'reload') return location.reload();
    if (remedy === 'cohost') return onCohost?.();
    onRetry();
  };
  return (
    <main class="state-screen" data-testid="state-screen">
      <Mark size={40} />
      <h1 ref={title} tabIndex={-1}>
        {advice.title}
      </h1>
      <p>{advice.body}</p>
      {remedies.includes('countdown') && <Countdown forMs={advice.retryAfterMs ?? 0} onDone={onRetry} />}
      <div class="state-actions">
        {remedies.map((remedy, index) => (
          <Button
            key={remedy}
            testId={`state-${remedy}`}
            look={index === 0 ? 'primary' : 'quiet'}
            onClick={() => act(remedy)}
          >
            {words[remedy]}
          </Button>
        ))}
      </div>
    </main>
  );
}

const words: Record<Remedy, string> = {
  retry: 'Try again',
  countdown: 'Try now',
  reload: 'Reload',
  cohost: 'Join as co-host',
  rejoin: 'Come back',
  home: 'To the start page',
};

function Countdown({ forMs, onDone }: { forMs: number; onDone: () => void }) {
  const nowMs = useSeconds();
  const until = useRef(nowMs + forMs);
  const left = Math.max(0, Math.ceil((until.current - nowMs) / 1000));
  useEffect(() => {
    if (left === 0) onDone();
  }, [left === 0]);
  return (
    <p class="countdown" role="timer">
      Trying again in {left} {left === 1 ? 'second' : 'seconds'}
    </p>
  );
}
