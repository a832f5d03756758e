import { z } from 'zod';

const namePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** One server process, among all of a network. */
export const nodeIdSchema = z.string().regex(namePattern).brand<'NodeId'>();
export type NodeId = z.infer<typeof nodeIdSchema>;

/** One data centre. */
export const regionIdSchema = z.string().regex(namePattern).brand<'RegionId'>();
export type RegionId = z.infer<typeof regionIdSchema>;

const linkUrlSchema = z.string().max(256);

/** The way to one region as a node measures it. A way on which nothing comes through has a `lossRatio` of 1. */
export const regionWaySchema = z.object({
  rttMs: z.number().min(0),
  lossRatio: z.number().min(0).max(1),
});
export type RegionWay = z.infer<typeof regionWaySchema>;

/** Regions of which one node tells at most. */
const mostRegions = 64;

/** What a node tells of itself with each heartbeat. */
export const nodeRecordSchema = z.object({
  nodeId: nodeIdSchema,
  region: regionIdSchema,
  /** The node's `protocolVersion`: nodes of different versions do not talk to each other. */
  protocolVersion: z.int().nonnegative(),
  /** Where other nodes reach it. */
  linkUrl: linkUrlSchema,
  /** Where browsers reach it. */
  publicUrl: linkUrlSchema,
  /** Unix time, ms, by the node's own clock; another one under the same name is another process. */
  startedAtMs: z.int().nonnegative(),
  /** 0 (idle) to 1 (takes nobody more). */
  load: z.number().min(0).max(1),
  viewers: z.int().nonnegative(),
  /** Viewers it can take altogether. */
  capacity: z.int().nonnegative(),
  /** It takes nobody new and its people are moving away. */
  draining: z.boolean(),
  /** What it measured towards each other region, in coarse steps, so that nodes that read it agree. */
  links: z
    .record(regionIdSchema, regionWaySchema)
    .refine((links) => Object.keys(links).length <= mostRegions)
    .exactOptional(),
});
export type NodeRecord = z.infer<typeof nodeRecordSchema>;
