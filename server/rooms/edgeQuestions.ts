import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { AudiencePage } from './anyRoom.ts';
import type { PresentPerson, RoomEdges } from './roomEdges.ts';
import type { RoomWire } from './roomWire.ts';

/** What a home has to ask its edges, since it does not know their viewers. */

/** Looks for somebody at all edges at once; who is found is told with his edge. */
export async function findAtEdges(
  wire: RoomWire,
  edges: RoomEdges,
  roomId: RoomId,
  id: ParticipantId,
  found: (person: PresentPerson, at: ReturnType<RoomEdges['nodes']>[number], turn: number) => void,
): Promise<void> {
  await Promise.all(
    edges.nodes().map(async (edge) => {
      // Whatever the edge says after this is newer than its answer.
      const turn = edges.lastTurn(edge);
      const answer = await wire.ask(edge, 'room.find', { roomId, id });
      if (answer.ok && answer.value.person !== undefined) found(answer.value.person, edge, turn);
    }),
  );
}

/** A page over everybody: the home's own people first, then those of each edge in turn. */
export async function audienceOfAll(
  wire: RoomWire,
  edges: RoomEdges,
  roomId: RoomId,
  own: AudiencePage,
  { offset, limit }: { offset: number; limit: number },
): Promise<AudiencePage> {
  const entries = [...own.entries];
  let { total } = own;
  for (const edge of edges.nodes()) {
    const from = Math.max(0, offset - total);
    const wanted = limit - entries.length;
    let there = edges.viewersAt(edge);
    if (wanted > 0 && from < there) {
      const answer = await wire.ask(edge, 'room.audience', { roomId, offset: from, limit: wanted });
      if (answer.ok) {
        entries.push(...answer.value.entries.slice(0, wanted));
        there = answer.value.total;
      }
    }
    total += there;
  }
  return { total, entries };
}
