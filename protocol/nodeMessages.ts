import { z } from 'zod';
import { cascadeCalls, cascadeTells } from './cascadeMessages.ts';
import { nodeReportSchema } from './cascadeReport.ts';
import type { Result } from './errors.ts';
import { roomIdSchema } from './identity.ts';
import type { nodeIdSchema } from './network.ts';
import { roomCalls, roomTells } from './roomReplication.ts';

/**
 * Every call a node may make to another, with the form of its request and of its answer. Adding a row makes the compiler
 * name every place that must handle it. Each is idempotent: doing it twice is doing it once.
 */
export const nodeCalls = {
  /** The link's own heartbeat: `held` says that the sender wants the link to stay. The answer brings the time back. */
  ping: {
    request: z.strictObject({ sentAtMs: z.number(), held: z.boolean() }),
    response: z.strictObject({ sentAtMs: z.number() }),
  },
  ...cascadeCalls,
  /** How feeds flow at the other node: those of one room, or a summary of all. */
  'cascade.report': {
    request: z.strictObject({ roomId: roomIdSchema.exactOptional() }),
    response: nodeReportSchema,
  },
  /** The node takes leave of its people, or takes new ones again. */
  'node.drain': {
    request: z.strictObject({ draining: z.boolean() }),
    response: z.strictObject({ draining: z.boolean() }),
  },
  ...roomCalls,
} as const;

/**
 * What a node may tell another without an answer. Of several that wait with the same key only the latest goes out, and
 * one may be lost: each says the whole of its matter, so that the next one heals it.
 */
export const nodeTells = {
  ...cascadeTells,
  ...roomTells,
} as const;

export type NodeCallName = keyof typeof nodeCalls;
/** A request as its handler gets it, after its schema. */
export type NodeRequest<N extends NodeCallName> = z.output<(typeof nodeCalls)[N]['request']>;
export type NodeResponse<N extends NodeCallName> = z.output<(typeof nodeCalls)[N]['response']>;
export type NodeTellName = keyof typeof nodeTells;
export type NodeTell<N extends NodeTellName> = z.output<(typeof nodeTells)[N]['payload']>;

/** Who asks. `signal` is aborted when the time the caller gave is over. */
export interface NodeCallContext {
  from: z.infer<typeof nodeIdSchema>;
  signal: AbortSignal;
}

/** All calls but `ping`, which the link answers itself. */
export type HandledCallName = Exclude<NodeCallName, 'ping'>;

/** Answers one call. Refusals are values; a throw is a bug and is answered `failed`. */
export type NodeCallHandler<N extends HandledCallName> = (
  context: NodeCallContext,
  request: NodeRequest<N>,
) => Result<NodeResponse<N>> | Promise<Result<NodeResponse<N>>>;

/** The one place where everything another node may say is handled. */
export type NodeHandlers = {
  calls: { [N in HandledCallName]: NodeCallHandler<N> };
  tells: { [N in NodeTellName]: (from: NodeCallContext['from'], payload: NodeTell<N>) => void };
};
