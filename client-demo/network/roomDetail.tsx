import { useEffect, useRef } from 'preact/hooks';
import { kindOf } from '../../client/operator.ts';
import type { FeedTree, RoomCascadeReport } from '../../client/operator.ts';
import { narrow } from '../state/narrow.ts';
import type { RoomState } from '../state/networkWatch.ts';
import { FeedTreeView, countWords, viewerWords } from './feedTree.tsx';

/** One room: where it is, and the trees of its feeds. */
export function RoomDetail({ state, anyRooms }: { state: RoomState; anyRooms: boolean }) {
  const room = state.type === 'known' ? state.report.roomId : state.type === 'none' ? undefined : state.room;
  const title = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  // Whoever chose a room goes on there. With the one the page was opened with, only a phone is scrolled there.
  useEffect(() => {
    if (room !== undefined && !isFirst.current) title.current?.focus({ preventScroll: narrow.peek() });
    if (room !== undefined && narrow.peek()) title.current?.scrollIntoView();
    isFirst.current = false;
  }, [room]);
  if (room === undefined)
    return (
      <section class="network-room network-empty">
        <p>
          {anyRooms
            ? 'Choose a room to see the way its feeds take.'
            : 'A room shows here as soon as somebody enters one.'}
        </p>
      </section>
    );
  return (
    <section class="network-room" aria-labelledby="network-room-name" data-testid="network-room">
      <h2 id="network-room-name" ref={title} tabIndex={-1}>
        <bdi>{room}</bdi>
      </h2>
      {state.type === 'loading' && <p class="quiet-words">Asking the nodes…</p>}
      {state.type === 'unknown' && (
        <p class="quiet-words" data-testid="network-room-unknown">
          No node has this room now{state.detail === undefined ? '' : ` (${state.detail})`}. It shows here
          when somebody enters it.
        </p>
      )}
      {state.type === 'known' && <Report report={state.report} />}
    </section>
  );
}

function Report({ report }: { report: RoomCascadeReport }) {
  const { home, nodes, feeds, silent } = report;
  const viewers = nodes.reduce((sum, node) => sum + node.viewers, 0);
  return (
    <>
      <p class="room-facts figures">
        <span>{home === null ? <strong class="bad-words">no home</strong> : <>home {home.nodeId}</>}</span>
        <span>{viewerWords(viewers)}</span>
        <span>at {countWords(nodes.length, 'node')}</span>
        <span>{countWords(feeds.length, 'feed')}</span>
      </p>
      {silent.length > 0 && (
        <p class="note-warn" role="status">
          No answer from {silent.join(', ')}: what {silent.length === 1 ? 'it has' : 'they have'} is missing
          here.
        </p>
      )}
      {feeds.length === 0 && <p class="quiet-words">Nobody sends sound or picture in this room now.</p>}
      {[...feeds].sort(inOrder).map((feed) => (
        <FeedTreeView key={feed.feedId} feed={feed} nodes={nodes} />
      ))}
    </>
  );
}

/** Pictures before sound, each by who sends it. */
function inOrder(a: FeedTree, b: FeedTree): number {
  const isSound = (feed: FeedTree): number => Number(kindOf(feed.source) === 'audio');
  return isSound(a) - isSound(b) || a.feedId.localeCompare(b.feedId);
}
