import { useEffect, useState } from 'preact/hooks';
import { prepare } from '../../client/tributary.ts';
import { Button, IconButton } from '../controls/button.tsx';
import { Icon, Mark } from '../controls/icons.tsx';
import { addressOf, navigate } from '../router.ts';
import { recentRooms } from '../state/remembered.ts';
import { friendlyRoomName, roomNameFrom } from '../state/roomNames.ts';
import { Waters } from './waters.tsx';

export function HomePage() {
  const [typed, setTyped] = useState(friendlyRoomName);
  const room = roomNameFrom(typed);
  const recent = recentRooms();
  useEffect(() => {
    // The next page connects the faster; a failure shows when it is really needed.
    prepare().catch(() => undefined);
  }, []);
  const go = (page: 'host' | 'watch') => room !== '' && navigate(addressOf(page, room));
  return (
    <div class="home">
      <Waters />
      <header class="home-head">
        <Mark />
        <span>Tributary</span>
      </header>
      <main class="home-main">
        <h1 class="home-line">
          <span>Go live together.</span> <span>Be seen everywhere, in the same moment.</span>
        </h1>
        <form
          class="home-form"
          onSubmit={(event) => {
            event.preventDefault();
            go('host');
          }}
        >
          <label for="room">Name of the room</label>
          <div class="field">
            <input
              id="room"
              type="text"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={64}
              value={typed}
              data-testid="room-name"
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
            <IconButton
              testId="room-shuffle"
              icon="shuffle"
              label="Another name"
              onClick={() => setTyped(friendlyRoomName())}
            />
          </div>
          <p class="field-note" aria-live="polite">
            {room === '' ? 'Use letters, digits, and - _ .' : room === typed ? '' : `Becomes ${room}`}
          </p>
          <div class="home-actions">
            <Button testId="go-live" look="primary" type="submit" disabled={room === ''}>
              Go live
            </Button>
            <Button testId="go-watch" disabled={room === ''} onClick={() => go('watch')}>
              Watch
            </Button>
          </div>
        </form>
        {recent.length > 0 && (
          <nav class="home-recent" aria-label="Your last rooms">
            <h2>Your last rooms</h2>
            <ul>
              {recent.map((entry) => (
                <li key={entry.room}>
                  <a
                    href={addressOf(entry.as, entry.room)}
                    onClick={(event) => {
                      event.preventDefault();
                      navigate(addressOf(entry.as, entry.room));
                    }}
                  >
                    <span class="home-recent-name">{entry.room}</span>
                    <small>{entry.as === 'host' ? 'hosted' : 'watched'}</small>
                    <Icon name="arrow" size={20} />
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        )}
      </main>
    </div>
  );
}
