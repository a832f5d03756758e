import { z } from 'zod';
import { feedIdSchema, roomIdSchema } from './identity.ts';
import { nodeIdSchema, regionIdSchema } from './network.ts';
import { pipeAnswerSchema, pipeNewsSchema, pipeOfferSchema, pipeRequestSchema } from './pipes.ts';

/** What nodes say to each other to bring feeds from where they are published to where they are watched. */

/** Named by the node that pulls, so that who asks twice gets one pipe. */
export const pipeIdSchema = z.uuid().brand<'PipeId'>();
export type PipeId = z.infer<typeof pipeIdSchema>;

/** More than a feed may pass, so that one too many is refused in words. */
const path = z.array(nodeIdSchema).min(1).max(16);
const nothing = z.strictObject({});

export const cascadeCalls = {
  /**
   * Asks for a feed. What the asked node has to know comes along: it may have nobody of the room. `path` is who waits,
   * the asking node last; the answer's is the way the feed takes, the origin first and the answering node last.
   */
  'feed.pull': {
    request: z.strictObject({
      pipeId: pipeIdSchema,
      roomId: roomIdSchema,
      feedId: feedIdSchema,
      epoch: z.int().min(0),
      originNode: nodeIdSchema,
      originRegion: regionIdSchema,
      path,
      /** The highest layer wanted at first; null for none. 0-based. */
      maxSpatialLayer: z.int().min(0).max(3).nullable(),
    }),
    response: z.strictObject({ offer: pipeOfferSchema, path }),
  },
  /** The asking node's end is ready: media may come. */
  'feed.connect': {
    request: z.strictObject({ pipeId: pipeIdSchema, answer: pipeAnswerSchema }),
    response: nothing,
  },
  /** The asking node needs the pipe no more. */
  'feed.drop': { request: z.strictObject({ pipeId: pipeIdSchema }), response: nothing },
} as const;

/** What the upstream end tells of a pipe beside its media. */
export const pipeEndingSchema = z.discriminatedUnion('type', [
  /** The feed comes here by another way now, and this pipe ends soon: pull it anew. */
  z.strictObject({ type: z.literal('moving') }),
  /** The pipe is gone, or was never heard of. */
  z.strictObject({ type: z.literal('closed') }),
]);

export const cascadeTells = {
  /** From the downstream end of a pipe to the upstream one; which layers are wanted is told again and again. */
  'feed.request': {
    payload: z.strictObject({ pipeId: pipeIdSchema, request: pipeRequestSchema }),
    keyOf: ({ pipeId, request }: { pipeId: string; request: { type: string } }): string =>
      `${pipeId} ${request.type}`,
  },
  /** From the upstream end. */
  'feed.news': {
    payload: z.strictObject({ pipeId: pipeIdSchema, news: z.union([pipeNewsSchema, pipeEndingSchema]) }),
    keyOf: ({ pipeId, news }: { pipeId: string; news: { type: string } }): string => `${pipeId} ${news.type}`,
  },
} as const;
