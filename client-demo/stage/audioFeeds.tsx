import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RemoteFeed } from '../../client/tributary.ts';
import type { Session } from '../state/session.ts';
import { useChosenSpeaker } from '../state/speaker.ts';

/** `blocked`: the browser wants a tap before it plays sound. `silenced`: the person turned it off. */
export type Sound = 'off' | 'on' | 'blocked' | 'silenced';

/** The sound of everybody else. */
export function AudioFeeds({ session, sound }: { session: Session; sound: Signal<Sound> }) {
  useChosenSpeaker(session);
  const heard = session.feeds.value.filter((feed) => feed.kind === 'audio');
  return (
    <div hidden>
      {heard.map((feed) => (
        <AudioFeed key={feed.feedId} session={session} feed={feed} sound={sound} />
      ))}
    </div>
  );
}

function AudioFeed({ session, feed, sound }: { session: Session; feed: RemoteFeed; sound: Signal<Sound> }) {
  const audio = useRef<HTMLAudioElement>(null);
  const room = session.room.value;
  const on = sound.value === 'on';
  useEffect(() => {
    if (audio.current === null || room === null) return;
    return room.attach(feed.feedId, audio.current);
  }, [room, feed]);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    element.muted = !on;
    if (!on) return;
    element.play().catch((problem: unknown) => {
      if (problem instanceof DOMException && problem.name === 'NotAllowedError') sound.value = 'blocked';
    });
  }, [on, feed, feed.track, sound]);
  return (
    <audio
      ref={audio}
      autoPlay
      muted={!on}
      data-participant-id={feed.participantId}
      data-source={feed.source}
    />
  );
}
