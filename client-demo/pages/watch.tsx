import { useEffect, useMemo } from 'preact/hooks';
import { ConnectingScreen } from '../controls/connectingScreen.tsx';
import { StateScreen } from '../controls/stateScreen.tsx';
import { route } from '../router.ts';
import { tokenSource } from '../state/accessToken.ts';
import { adviceAfter, adviceFor } from '../state/advice.ts';
import { guestName, ownName, rememberRoom, tabIdentity } from '../state/remembered.ts';
import { publishIntended, startOf } from '../state/publishing.ts';
import { Session } from '../state/session.ts';
import { WatchRoom } from './watchRoom.tsx';

/** The viewer's way: in the room at once; everything else is said over the picture. */
export function WatchPage() {
  const { params } = route.value;
  const room = params.get('room') ?? '';
  const autostart = params.get('autostart') === '1';
  const role = params.get('as') === 'moderator' ? 'moderator' : 'viewer';
  const session = useMemo(() => new Session(), []);

  const join = async () => {
    const name = ownName.peek().trim() || guestName;
    const joined = await session.join({
      token: tokenSource({ room, identity: tabIdentity, name, role }),
      // On the way to the stage the person says what to start with; until then nothing of his is on.
      start: autostart ? startOf(params) : { microphone: false, camera: false },
      dropFrames: params.get('drop') === '1',
    });
    if (joined === null) return;
    rememberRoom(room, 'watch');
    if (joined.self.onStage) await publishIntended(session);
  };

  useEffect(() => {
    document.title = `${room} · Tributary`;
    const given = params.get('name');
    if (given !== null) ownName.value = given;
    void join();
    return () => void session.close();
  }, [session]);

  const state = session.state.value;
  const departure = session.departure.value;
  switch (state) {
    case 'ended':
      return (
        <StateScreen
          advice={adviceAfter(departure ?? { reason: 'ended' }, false)}
          onRetry={() => void join()}
        />
      );
    case 'error':
      return <StateScreen advice={adviceFor(session.failure.value)} onRetry={() => void join()} />;
    case 'idle':
    case 'connecting':
      if (session.view.value === null) return <ConnectingScreen room={room} words="Joining" />;
      return <WatchRoom session={session} room={room} autostart={autostart} onRename={join} />;
    case 'live':
    case 'reconnecting':
      return <WatchRoom session={session} room={room} autostart={autostart} onRename={join} />;
    default:
      return state satisfies never;
  }
}
