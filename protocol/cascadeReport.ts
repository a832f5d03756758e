import { z } from 'zod';
import { feedIdSchema, participantIdSchema, roomIdSchema, sourceSchema } from './identity.ts';
import { nodeIdSchema, nodeRecordSchema, regionIdSchema } from './network.ts';

/*
 * How feeds flow between nodes, as nodes tell each other and an operator reads it. Times are Unix times in ms, by the
 * clock of the node that tells them.
 */

const count = z.int().min(0);
const rttMs = z.number().min(0);
const ratio = z.number().min(0).max(1);
/** A spatial layer, 0-based. */
const layer = z.int().min(0).max(15);
const feed = { feedId: feedIdSchema, epoch: count, source: sourceSchema, publisherId: participantIdSchema };

/** Why a node pulls from where it pulls; `border` is across regions: straight, or `via` a third one. */
export const pullReasonSchema = z.object({
  kind: z.enum(['origin', 'gateway', 'relay', 'border']),
  via: regionIdSchema.exactOptional(),
  /** The way straight to the origin's region; absent where nothing was measured. */
  directRttMs: rttMs.exactOptional(),
  /** The whole way through `via`. */
  viaRttMs: rttMs.exactOptional(),
});
export type PullReason = z.infer<typeof pullReasonSchema>;

/** One pull of a feed, told by the node that pulls: `to`. */
export const pipeReportSchema = z.object({
  roomId: roomIdSchema,
  ...feed,
  originNode: nodeIdSchema,
  originRegion: regionIdSchema,
  from: nodeIdSchema,
  fromRegion: regionIdSchema,
  to: nodeIdSchema,
  toRegion: regionIdSchema,
  /** Pipes between the origin and `to`, this one included. */
  depth: count,
  state: z.enum(['opening', 'open', 'retrying']),
  /** What went wrong last, while it is retried. */
  error: z.string().max(200).exactOptional(),
  reason: pullReasonSchema,
  layers: z.object({
    /** The highest layer asked for; null when none is. */
    wanted: layer.nullable(),
    /** The highest layer that comes; null when none does. */
    carried: layer.nullable(),
    /** The highest layer that the way between the two nodes allows now. */
    ceiling: layer,
    /** The highest layer the feed has. */
    top: layer,
  }),
  bitrateBps: z.number().min(0),
  lossRatio: ratio,
  rttMs: rttMs.nullable(),
  jitterMs: z.number().min(0),
  openedAtMs: z.number().nullable(),
});
export type PipeReport = z.infer<typeof pipeReportSchema>;

/** What one node pulls, and what others pull that was published at it. */
export const nodeCascadeReportSchema = z.object({
  nodeId: nodeIdSchema,
  region: regionIdSchema,
  atMs: z.number(),
  pulls: z.array(pipeReportSchema).max(256),
  origins: z
    .array(z.object({ roomId: roomIdSchema, ...feed, /** That leave this node. */ pipes: count }))
    .max(256),
});
export type NodeCascadeReport = z.infer<typeof nodeCascadeReportSchema>;

export const linkReportSchema = z.object({
  from: nodeIdSchema,
  to: nodeIdSchema,
  fromRegion: regionIdSchema,
  toRegion: regionIdSchema,
  rttMs: rttMs.nullable(),
  lossRatio: ratio.nullable(),
  /** `idle`: closed, since neither end has anything to say. */
  state: z.enum(['up', 'idle', 'down']),
});
export type LinkReport = z.infer<typeof linkReportSchema>;

const roomHomeSchema = z.object({ nodeId: nodeIdSchema, epoch: count });

/** A room as one node has it. */
export const roomHereSchema = z.object({
  roomId: roomIdSchema,
  /** Its home as this node knows it. */
  home: roomHomeSchema.nullable(),
  viewers: count,
  /** Published here, and pulled to here. */
  origins: count,
  pulls: count,
});
export type RoomHere = z.infer<typeof roomHereSchema>;

/** What a node answers to `cascade.report`: about one room in full; about all of them, without pulls and origins. */
export const nodeReportSchema = nodeCascadeReportSchema.extend({
  rooms: z.array(roomHereSchema).max(500).exactOptional(),
  links: z.array(linkReportSchema).max(256).exactOptional(),
});
export type NodeReport = z.infer<typeof nodeReportSchema>;

export const feedTreeSchema = z.object({
  ...feed,
  originNode: nodeIdSchema,
  originRegion: regionIdSchema,
  /** Nearest to the origin first. */
  pulls: z.array(pipeReportSchema),
});
export type FeedTree = z.infer<typeof feedTreeSchema>;

/** `GET /v1/rooms/{room}/cascade`: where a room is, and the tree of each of its feeds. */
export const roomCascadeReportSchema = z.object({
  roomId: roomIdSchema,
  home: roomHomeSchema.nullable(),
  /** The nodes that have the room; `viewers` are those of the room. */
  nodes: z.array(
    z.object({ nodeId: nodeIdSchema, region: regionIdSchema, viewers: count, draining: z.boolean() }),
  ),
  feeds: z.array(feedTreeSchema),
  /** Nodes that did not answer in time: what they have is missing here. */
  silent: z.array(nodeIdSchema),
});
export type RoomCascadeReport = z.infer<typeof roomCascadeReportSchema>;

/** `GET /v1/network`: nodes, links and rooms as the asked node and those that answered it have them. */
export const networkReportSchema = z.object({
  self: nodeIdSchema,
  atMs: z.number(),
  regions: z.array(regionIdSchema),
  nodes: z.array(nodeRecordSchema),
  /** Nodes of another version, which the asked one cannot talk to. */
  strangers: z.array(z.object({ nodeId: nodeIdSchema, protocolVersion: count.nullable() })),
  /** How long ago the memory that the nodes share answered last; null when it never did. */
  storeAgeMs: z.number().min(0).nullable(),
  links: z.array(linkReportSchema),
  rooms: z.array(
    z.object({
      roomId: roomIdSchema,
      home: roomHomeSchema.nullable(),
      nodes: count,
      feeds: count,
      viewers: count,
    }),
  ),
  silent: z.array(nodeIdSchema),
});
export type NetworkReport = z.infer<typeof networkReportSchema>;
