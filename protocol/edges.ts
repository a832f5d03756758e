import { z } from 'zod';
import { nodeIdSchema, regionIdSchema } from './network.ts';

/** A node that a browser may connect to. */
export const edgeSchema = z.object({
  /** The origin of its pages, API and signalling. */
  url: z.string().max(256),
  nodeId: nodeIdSchema,
  region: regionIdSchema,
  /** In steps: 0 has plenty of room, 3 is nearly full. */
  load: z.int().min(0).max(3),
  /** Answers `GET` at once and with nothing, so that the round trip can be measured. */
  probeUrl: z.string().max(320),
});
export type Edge = z.infer<typeof edgeSchema>;

/** The best few nodes for somebody who comes, and every region that takes people. */
export const edgeListSchema = z.object({
  /** The node that answers. It is not among the edges where it takes nobody. */
  self: nodeIdSchema,
  edges: z.array(edgeSchema),
  regions: z.array(regionIdSchema),
});
export type EdgeList = z.infer<typeof edgeListSchema>;
