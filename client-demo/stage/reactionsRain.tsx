import { useEffect, useState } from 'preact/hooks';
import { reactionKinds } from '../../client/tributary.ts';
import type { ReactionKind } from '../../client/tributary.ts';
import { ReactionIcon } from '../controls/icons.tsx';
import type { Session } from '../state/session.ts';

interface Drop {
  id: number;
  kind: ReactionKind;
  /** 0 to 1 across the edge's width. */
  at: number;
  delayMs: number;
}

const atOnce = 40;
const perKindInBatch = 8;
const batchMs = 900;
let lastId = 0;

/** Everybody's reactions, rising and fading at the right edge. */
export function ReactionsRain({ session }: { session: Session }) {
  const [drops, setDrops] = useState<readonly Drop[]>([]);
  useEffect(() => {
    session.onReactions = (counts) => {
      const fresh = reactionKinds.flatMap((kind) =>
        Array.from({ length: Math.min(counts[kind] ?? 0, perKindInBatch) }, (): Drop => {
          lastId += 1;
          return { id: lastId, kind, at: Math.random(), delayMs: Math.random() * batchMs };
        }),
      );
      setDrops((before) => [...before, ...fresh].slice(-atOnce));
    };
    return () => {
      session.onReactions = () => undefined;
    };
  }, [session]);
  const landed = (id: number) => setDrops((before) => before.filter((drop) => drop.id !== id));
  return (
    <div class="rain" aria-hidden="true">
      {drops.map((drop) => (
        <span
          key={drop.id}
          class="rain-drop"
          style={{ '--at': String(drop.at), animationDelay: `${drop.delayMs}ms` }}
          onAnimationEnd={() => landed(drop.id)}
        >
          <ReactionIcon kind={drop.kind} size={30} />
        </span>
      ))}
    </div>
  );
}
