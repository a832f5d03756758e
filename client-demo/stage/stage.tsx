import type { ComponentChildren } from 'preact';
import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Session } from '../state/session.ts';
import { stageLayout } from './stageLayout.ts';
import type { Rect } from './stageLayout.ts';
import { StageTile } from './tile.tsx';
import { tilesOf } from './tileModel.ts';
import type { Tile } from './tileModel.ts';
import { useSize } from './useSize.ts';

export type StageMode = 'grid' | 'speaker';

interface Placed {
  tile: Tile;
  rect: Rect;
}

const leaveMs = 180;
const gapPx = 8;

/** The picture of the room: every tile in its place, moving there when the place changes. */
export function Stage({
  session,
  mode,
  children,
}: {
  session: Session;
  mode: StageMode;
  children?: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const tiles = tilesOf(session.view.value, session.self.value?.id);
  const people = tiles.filter((tile) => tile.source === 'camera');
  const large = useLargeTile(people, session.speaker.value);
  const rects = stageLayout({
    people: people.length,
    screens: tiles.length - people.length,
    width: size.width,
    height: size.height,
    mode,
    speaker: large,
    gap: gapPx,
  });
  const inOrder = [...rects.people, ...rects.screens];
  const placed = tiles.flatMap((tile, index): Placed[] => {
    const rect = inOrder[index];
    return rect === undefined || size.width === 0 ? [] : [{ tile, rect }];
  });
  const leaving = useLeaving(placed);
  // Moving a video within the document pauses it, so the order of the elements never changes: only their places do.
  const elements = [
    ...placed.map((each) => ({ ...each, leaving: false })),
    ...leaving.map((each) => ({ ...each, leaving: true })),
  ].sort((one, other) => (one.tile.key < other.tile.key ? -1 : 1));
  return (
    <div
      ref={box}
      class="stage"
      data-resizing={size.resizing}
      data-shared={tiles.length > 1}
      data-dimmed={session.state.value === 'reconnecting'}
    >
      {elements.map((each) => (
        <StageTile key={each.tile.key} session={session} {...each} />
      ))}
      {children}
    </div>
  );
}

/** Index of the person shown large: who spoke last and is not ourselves, else the host. */
function useLargeTile(people: readonly Tile[], speaker: string | null): number {
  const last = useRef<string | null>(null);
  const spoken = people.find((tile) => tile.participantId === speaker);
  if (spoken !== undefined && !spoken.own) last.current = spoken.participantId;
  const remembered = people.findIndex((tile) => tile.participantId === last.current);
  if (remembered >= 0) return remembered;
  const host = people.findIndex((tile) => tile.host);
  return Math.max(0, host);
}

/** Tiles that are gone, kept for the moment in which they shrink. */
function useLeaving(placed: readonly Placed[]): Placed[] {
  const before = useRef<readonly Placed[]>([]);
  const leaving = useRef<Placed[]>([]);
  const [, look] = useReducer((looks: number) => looks + 1, 0);
  const present = new Set(placed.map(({ tile }) => tile.key));
  const gone = before.current.filter(({ tile }) => !present.has(tile.key));
  // Already in this turn: an element that is taken away and brought back would blink.
  leaving.current = [...leaving.current.filter(({ tile }) => !present.has(tile.key)), ...gone];
  before.current = placed;
  const signature = gone.map(({ tile }) => tile.key).join(' ');
  useEffect(() => {
    if (gone.length === 0) return;
    setTimeout(() => {
      leaving.current = leaving.current.filter((each) => !gone.includes(each));
      look(undefined);
    }, leaveMs);
  }, [signature]);
  return leaving.current;
}
