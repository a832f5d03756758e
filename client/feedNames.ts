import type { FeedId, ParticipantId } from '../protocol/identity.ts';
import type { Source } from '../protocol/sources.ts';

/** A feed's owner and source, out of `<participant>:<source>`. */
export function partsOf(feedId: FeedId): { participantId: ParticipantId; source: Source } {
  const at = feedId.lastIndexOf(':');
  return { participantId: feedId.slice(0, at) as ParticipantId, source: feedId.slice(at + 1) as Source };
}

/** The feed of one participant's source. */
export function feedIdOf(participantId: ParticipantId, source: Source): FeedId {
  return `${participantId}:${source}` as FeedId;
}

/** Tracks of one stream are kept in step by the browser: lips with voice, a screen with its sound. */
export function streamIdOf(participantId: ParticipantId, source: Source): string {
  return source === 'camera' || source === 'microphone' ? participantId : `${participantId}-screen`;
}
