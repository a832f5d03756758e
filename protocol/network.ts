import { z } from 'zod';

const namePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** One server process of the network: lower-case letters, digits and `-`, at most 32. */
export const nodeIdSchema = z.string().regex(namePattern).brand<'NodeId'>();
export type NodeId = z.infer<typeof nodeIdSchema>;

/** One data centre: spelled like a node's id. */
export const regionIdSchema = z.string().regex(namePattern).brand<'RegionId'>();
export type RegionId = z.infer<typeof regionIdSchema>;

/** What a node tells of itself with each heartbeat; `load` is from 0 to 1, `viewers` and `capacity` count people. */
export const nodeRecordSchema = z.strictObject({
  nodeId: nodeIdSchema,
  region: regionIdSchema,
  protocolVersion: z.number().int(),
  linkUrl: z.url().max(256),
  publicUrl: z.url().max(256),
  startedAtMs: z.number(),
  load: z.number().min(0).max(1),
  viewers: z.number().int().min(0),
  capacity: z.number().int().min(0),
  draining: z.boolean(),
});
export type NodeRecord = z.infer<typeof nodeRecordSchema>;
