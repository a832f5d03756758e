import { useEffect, useMemo, useRef } from 'preact/hooks';
import { supportProblem, TributaryError } from '../../client/tributary.ts';
import { ConnectingScreen } from '../controls/connectingScreen.tsx';
import { StateScreen } from '../controls/stateScreen.tsx';
import { addressOf, navigate, route } from '../router.ts';
import { givenToken, tokenSource } from '../state/accessToken.ts';
import { adviceAfter, adviceFor } from '../state/advice.ts';
import { publishIntended, startOf, stopTracks } from '../state/publishing.ts';
import type { OwnTracks } from '../state/publishing.ts';
import { ownName, rememberRoom, returning, tabIdentity } from '../state/remembered.ts';
import type { Start } from '../state/remembered.ts';
import { Session } from '../state/session.ts';
import { Lobby } from './lobby.tsx';
import { Studio } from './studio.tsx';

/** The host's way: lobby, studio, and what there is to say afterwards. */
export function HostPage() {
  const { params } = route.value;
  const room = params.get('room') ?? '';
  const cohost = params.get('as') === 'cohost';
  const session = useMemo(() => new Session(), []);
  /** What the person has on, or chose to start with: coming back must not turn anything on. */
  const start = useRef<Start>(startOf(params));

  const goLive = async (tracks: OwnTracks = {}) => {
    const name = params.get('name') ?? (ownName.peek().trim() || 'Host');
    const role = cohost ? 'cohost' : 'host';
    const joined = await session.join({
      token: tokenSource({ room, identity: tabIdentity, name, role }),
      start: start.current,
    });
    if (joined === null) return stopTracks(tracks);
    rememberRoom(room, 'host');
    await publishIntended(session, tracks);
  };

  useEffect(() => {
    document.title = `${room} · Tributary`;
    const given = params.get('name');
    if (given !== null) ownName.value = given;
    const before = returning.to(room);
    start.current = before ?? startOf(params);
    if (params.get('autostart') === '1' || before !== undefined) void goLive();
    return () => {
      returning.forget();
      void session.close();
    };
  }, [session]);
  const state = session.state.value;
  const { microphone, camera } = session.seat.value?.intent ?? start.current;
  useEffect(() => {
    if (state === 'ended' || state === 'error') returning.forget();
    if (state !== 'live') return;
    start.current = { microphone, camera };
    returning.remember(room, start.current);
  }, [state, room, microphone, camera]);

  if (supportProblem() === 'unsupported-browser') {
    return (
      <StateScreen advice={adviceFor(new TributaryError('unsupported-browser'))} onRetry={() => undefined} />
    );
  }
  const departure = session.departure.value;
  const backToLobby = () => {
    returning.forget();
    void session.reset();
  };
  switch (state) {
    case 'idle':
      return (
        <Lobby
          room={room}
          cohost={cohost}
          onGo={(chosen, tracks) => {
            start.current = chosen;
            void goLive(tracks);
          }}
        />
      );
    case 'connecting':
      return <ConnectingScreen room={room} words="Going live" />;
    case 'live':
    case 'reconnecting':
      return <Studio session={session} room={room} />;
    case 'ended':
      return (
        <StateScreen advice={adviceAfter(departure ?? { reason: 'ended' }, !cohost)} onRetry={backToLobby} />
      );
    case 'error':
      return (
        <StateScreen
          advice={adviceFor(session.failure.value)}
          onRetry={() => void goLive()}
          // A token has its role; another one is the app's to give.
          {...(givenToken() === undefined && {
            onCohost: () => navigate(addressOf('host', room, 'cohost')),
          })}
        />
      );
    default:
      return state satisfies never;
  }
}
