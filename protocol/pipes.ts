import { z } from 'zod';
import { pictureSizeSchema } from './clientMessages.ts';
import { feedIdOf, feedIdSchema, participantIdSchema, sourceSchema } from './identity.ts';
import { rtpParametersSchema } from './mediaParameters.ts';
import { qualityLevels } from './qualityLevel.ts';

/*
 * What two nodes tell each other to carry one feed from one to the other. The upstream end offers, the downstream end
 * answers, and when the answer has arrived media flows. Plain data, for any link.
 */

const maxLayers = 4;
const spatialLayer = z
  .number()
  .int()
  .min(0)
  .max(maxLayers - 1);

/** One end of a pipe: where it receives, and the key (with its salt, 44 bytes) of what it sends: AEAD_AES_256_GCM. */
export const pipeEndSchema = z.strictObject({
  ip: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1).max(65_535),
  keyBase64: z.string().regex(/^[A-Za-z0-9+/]{59}=$/),
});
export type PipeEnd = z.infer<typeof pipeEndSchema>;

/** The layers a feed is sent in. */
export const feedLayersSchema = z.strictObject({
  kind: z.enum(['single', 'simulcast', 'svc']),
  picture: pictureSizeSchema,
  /** The size of each spatial layer as a part of the picture's, lowest first. */
  scales: z.array(z.number().positive().max(1)).min(1).max(maxLayers),
  temporalLayers: z.number().int().min(1).max(4),
});
export type FeedLayers = z.infer<typeof feedLayersSchema>;

/** What the upstream end of a pipe offers. */
export const pipeOfferSchema = z
  .strictObject({
    feedId: feedIdSchema,
    epoch: z.number().int().min(0),
    source: sourceSchema,
    publisherId: participantIdSchema,
    layers: feedLayersSchema,
    end: pipeEndSchema,
    rtpParameters: rtpParametersSchema,
    /** The highest layer that comes at first; null for none. 0-based. */
    maxSpatialLayer: spatialLayer.nullable(),
    paused: z.boolean(),
    /** Pipes the feed has passed when it has passed this one. */
    hops: z.number().int().min(1).max(16),
  })
  .refine(({ feedId, publisherId, source }) => feedId === feedIdOf(publisherId, source), 'feedId')
  .refine(({ layers, rtpParameters: { encodings = [] } }) => {
    const streams = layers.kind === 'simulcast' ? layers.scales.length : 1;
    return encodings.length === streams && encodings.every(({ ssrc }) => ssrc !== undefined);
  }, 'encodings');
export type PipeOffer = z.infer<typeof pipeOfferSchema>;

export const pipeAnswerSchema = z.strictObject({ end: pipeEndSchema });
export type PipeAnswer = z.infer<typeof pipeAnswerSchema>;

/** What the downstream end asks for while a pipe is open. */
export const pipeRequestSchema = z.discriminatedUnion('type', [
  /** Layers above this one are not needed; null where nobody shows the feed. 0-based. Sound flows all the same. */
  z.strictObject({ type: z.literal('layers'), maxSpatialLayer: spatialLayer.nullable() }),
  z.strictObject({ type: z.literal('keyframe') }),
]);
export type PipeRequest = z.infer<typeof pipeRequestSchema>;

/** What the upstream end tells while a pipe is open. */
export const pipeNewsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('paused'), paused: z.boolean() }),
  /** The highest layer that there is now; those above ended at their source. 0-based. */
  z.strictObject({ type: z.literal('live'), maxSpatialLayer: spatialLayer }),
  /** How well its publisher's media arrives where he is. */
  z.strictObject({ type: z.literal('quality'), level: z.enum(qualityLevels) }),
]);
export type PipeNews = z.infer<typeof pipeNewsSchema>;
