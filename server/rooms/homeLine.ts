import { refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { AudiencePage, DataMessage } from './anyRoom.ts';
import type { Actor, Command } from './commands.ts';
import type { ReactionCounts } from './crowdNews.ts';
import type { PresentPerson } from './roomEdges.ts';

/** The way from an edge to the room's home. What goes there may be refused with `home-away`. */
export interface HomeLine {
  /** When the answer is there, the replica has what the command did. */
  command(command: Exclude<Command, { type: 'tick' }>, people: PresentPerson[]): Promise<Result<undefined>>;
  find(id: ParticipantId): Promise<Actor | undefined>;
  audience(offset: number, limit: number): Promise<AudiencePage | undefined>;
  /** Other people are here than before. */
  crowdChanged(): void;
  reacted(counts: ReactionCounts): void;
  data(message: DataMessage, to?: ParticipantId): void;
}

/** A client tries again after about so long, when an edge has no home. */
const retryAfterMs = 1000;

/** The line to whichever home there is; without one, what needs it is refused and the rest is lost. */
export function lineTo(home: () => HomeLine | undefined): HomeLine {
  return {
    command: async (command, people) =>
      (await home()?.command(command, people)) ?? refuse('home-away', undefined, retryAfterMs),
    find: async (id) => home()?.find(id),
    audience: async (offset, limit) => home()?.audience(offset, limit),
    crowdChanged: () => home()?.crowdChanged(),
    reacted: (counts) => home()?.reacted(counts),
    data: (message, to) => home()?.data(message, to),
  };
}
