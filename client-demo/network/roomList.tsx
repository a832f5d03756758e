import { useState } from 'preact/hooks';
import type { NetworkReport } from '../../client/operator.ts';
import { navigate } from '../router.ts';
import { compactCount } from '../state/clock.ts';
import { countWords } from './feedTree.tsx';

type Row = NetworkReport['rooms'][number];

const orders = {
  name: (a: Row, b: Row) => a.roomId.localeCompare(b.roomId),
  viewers: (a: Row, b: Row) => b.viewers - a.viewers || a.roomId.localeCompare(b.roomId),
};
const mostShown = 200;

export function addressOfRoom(room: string): string {
  return `/network?${new URLSearchParams({ room }).toString()}`;
}

/** Every room of the network, found by typing a part of its name. */
export function RoomList({ rooms, chosen }: { rooms: readonly Row[]; chosen: string | undefined }) {
  const [typed, setTyped] = useState('');
  // By name nothing moves while people come and go.
  const [order, setOrder] = useState<keyof typeof orders>('name');
  const wanted = typed.trim().toLowerCase();
  const found = rooms.filter(({ roomId }) => roomId.toLowerCase().includes(wanted)).sort(orders[order]);
  return (
    <section class="network-rooms" aria-labelledby="network-rooms-title">
      <header>
        <h2 id="network-rooms-title">
          Rooms <small class="figures">{rooms.length}</small>
        </h2>
        <div class="order" role="group" aria-label="Order">
          {(['name', 'viewers'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={order === each}
              data-testid={`network-order-${each}`}
              onClick={() => setOrder(each)}
            >
              by {each}
            </button>
          ))}
        </div>
      </header>
      <input
        type="search"
        aria-label="Find a room"
        placeholder="Find a room"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        data-testid="network-search"
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {found.length === 0 && (
        <p class="quiet-words" data-testid="network-no-rooms">
          {rooms.length === 0 ? 'No rooms yet.' : 'No room has that in its name.'}
        </p>
      )}
      <ul>
        {found.slice(0, mostShown).map((room) => (
          <li key={room.roomId}>
            <a
              href={addressOfRoom(room.roomId)}
              aria-current={room.roomId === chosen ? 'true' : undefined}
              data-testid="network-room-row"
              data-room-id={room.roomId}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                navigate(addressOfRoom(room.roomId), { keepScroll: true });
              }}
            >
              <bdi class="room-row-name">{room.roomId}</bdi>
              <span class="room-row-viewers figures" title={`${room.viewers} viewers`}>
                {compactCount(room.viewers)}
                <span class="visually-hidden"> viewers</span>
              </span>
              <small class="figures">
                {room.home === null ? 'no home' : `home ${room.home.nodeId}`} ·{' '}
                {countWords(room.nodes, 'node')} · {countWords(room.feeds, 'feed')}
              </small>
            </a>
          </li>
        ))}
      </ul>
      {found.length > mostShown && (
        <p class="quiet-words">{found.length - mostShown} more; type a part of the name.</p>
      )}
    </section>
  );
}
