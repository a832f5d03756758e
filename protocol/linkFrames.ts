import { z } from 'zod';
import { linkErrorSchema } from './linkErrors.ts';
import { nodeIdSchema } from './network.ts';

/** How two nodes speak below their messages. Fields that are not known are left out, so that more may be added. */

const callId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const messageName = z.string().min(1).max(64);

/**
 * A question. Ids grow by one with each call of a link; a call that is sent again after a reconnect keeps its id. Every id
 * up to `settled` is answered or given up, so that its answer need not be kept.
 */
export const callFrameSchema = z.object({
  id: callId,
  settled: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  name: messageName,
  timeoutMs: z.number().int().min(1).max(600_000),
  payload: z.unknown(),
});
export type CallFrame = z.infer<typeof callFrameSchema>;

export const answerFrameSchema = z.union([
  z.object({ id: callId, ok: z.literal(true), value: z.unknown() }),
  z.object({ id: callId, ok: z.literal(false), error: linkErrorSchema }),
]);
export type AnswerFrame = z.infer<typeof answerFrameSchema>;

export const tellFrameSchema = z.object({ name: messageName, payload: z.unknown() });
export type TellFrame = z.infer<typeof tellFrameSchema>;

/** Why a side ends a connection in order. */
export const byeReasons = ['idle', 'closing', 'replaced', 'hostile'] as const;
export const byeFrameSchema = z.object({ reason: z.enum(byeReasons) });
export type ByeReason = (typeof byeReasons)[number];

const greetingToken = z.string().min(1).max(2048);
/** What the side that opens brings with its CONNECT, and what the other side answers with. */
export const helloSchema = z.object({ token: greetingToken });
export const welcomeSchema = z.object({ token: greetingToken });

/**
 * What both greetings say of their sender: which run of the process it is, and how many greetings it made before. The
 * `nonce` of a welcome is that of its hello.
 */
export const greetingClaimsSchema = z.object({
  iss: nodeIdSchema,
  nonce: z.string().min(16).max(64),
  instance: z.string().min(16).max(64),
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});

/** The closed list of reasons to turn away somebody who greets. */
export const helloRefusals = [
  'unauthorized',
  'expired',
  'wrong-address',
  'replayed',
  'version-mismatch',
  'superseded',
  'struck-out',
  'full',
] as const;
export type HelloRefusal = (typeof helloRefusals)[number];
export const helloRefusalSchema = z.object({
  code: z.enum(helloRefusals),
  /** The protocol version of who refuses. */
  version: z.number().optional(),
});
