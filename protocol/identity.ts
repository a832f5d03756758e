import { z } from 'zod';
import { limits } from './limits.ts';
import { kindOf, sources } from './sources.ts';
import type { MediaKind, Source } from './sources.ts';

const roomIdPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const identityPattern = /^[A-Za-z0-9][A-Za-z0-9_.@-]*$/;

/** A room's name in addresses: letters, digits, `_`, `.`, `-`. */
export const roomIdSchema = z.string().max(limits.roomIdLength).regex(roomIdPattern).brand<'RoomId'>();
export type RoomId = z.infer<typeof roomIdSchema>;

/** Who somebody is, as the token's `sub` says. One identity is one participant: a second join takes over. */
export const participantIdSchema = z
  .string()
  .max(limits.identityLength)
  .regex(identityPattern)
  .brand<'ParticipantId'>();
export type ParticipantId = z.infer<typeof participantIdSchema>;

/** What people see: any script, trimmed, no control or direction-changing characters. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(limits.nameLength)
  .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u);

export { kindOf, sources };
export type { MediaKind, Source };
export const sourceSchema = z.enum(sources);

/** A feed's lasting identity `<participant>:<source>`; a publisher who returns gets the same one with the next epoch. */
export const feedIdSchema = z
  .string()
  .max(limits.identityLength + 16)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]*:(camera|microphone|screen|screen-audio)$/)
  .brand<'FeedId'>();
export type FeedId = z.infer<typeof feedIdSchema>;

/** Whose feed it is: no identity has a `:`. */
export function ownerOfFeed(feedId: FeedId): ParticipantId {
  return feedId.slice(0, feedId.lastIndexOf(':')) as ParticipantId;
}

export function sourceOfFeed(feedId: FeedId): Source {
  return feedId.slice(feedId.lastIndexOf(':') + 1) as Source;
}

export function feedIdOf(participantId: ParticipantId, source: Source): FeedId {
  return `${participantId}:${source}` as FeedId;
}
