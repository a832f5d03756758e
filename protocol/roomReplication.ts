import { z } from 'zod';
import { errors } from './errors.ts';
import type { ErrorCode } from './errors.ts';
import { feedIdSchema, nameSchema, participantIdSchema, roomIdSchema, sourceSchema } from './identity.ts';
import { limits } from './limits.ts';
import { nodeIdSchema, regionIdSchema } from './network.ts';
import { reactionKinds } from './reactions.ts';
import { rightSchema, roleSchema } from './roles.ts';

/** What nodes say to each other about a room's state: its one home to its edges, and they to it. */

const count = z.int().min(0);
const timeMs = z.number();
const toggle = z.enum(['microphone', 'camera']);
const toggles = z.object({ microphone: z.boolean(), camera: z.boolean() });
const id = participantIdSchema;

/** Which home's state somebody has, and how far: steps are counted anew by each home. */
export const positionSchema = z.object({ epoch: count, seq: count });

export const actorSchema = z.object({
  id,
  name: nameSchema,
  role: roleSchema,
  rights: z.array(rightSchema).max(16).readonly(),
});

/** Somebody as his edge has him. */
export const presentPersonSchema = z.object({ actor: actorSchema, connected: z.boolean() });

const by = actorSchema;
const targeted = <T extends string>(type: T) => z.object({ type: z.literal(type), by, id });
const own = <T extends string>(type: T) => z.object({ type: z.literal(type), by });

const feedOriginSchema = z.object({ nodeId: nodeIdSchema, region: regionIdSchema });

/** A room's command, as an edge passes it on; only a home's own clock ticks. */
export const roomCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('join'), by, start: toggles.exactOptional() }),
  z.object({ type: z.literal('drop'), id }),
  z.object({ type: z.literal('depart'), id }),
  own('request'),
  own('withdraw'),
  targeted('accept'),
  targeted('refuse'),
  z.object({ type: z.literal('invite'), by, id, name: nameSchema }),
  targeted('uninvite'),
  own('acceptInvitation'),
  own('declineInvitation'),
  own('leaveStage'),
  targeted('removeFromStage'),
  z.object({
    type: z.literal('setIntent'),
    by,
    version: count,
    microphone: z.boolean().exactOptional(),
    camera: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal('mute'), by, id, source: toggle }),
  z.object({ type: z.literal('allow'), by, id, source: toggle, allowed: z.boolean() }),
  targeted('kick'),
  // A ban by id alone has that for a name.
  z.object({ type: z.literal('ban'), by, id, name: z.string().max(limits.identityLength) }),
  targeted('unban'),
  z.object({ type: z.literal('chat'), by, text: z.string().min(1).max(limits.chatLength) }),
  z.object({
    type: z.literal('openFeed'),
    id,
    source: sourceSchema,
    anew: z.boolean().exactOptional(),
    origin: feedOriginSchema.exactOptional(),
  }),
  z.object({ type: z.literal('closeFeed'), feedId: feedIdSchema }),
  z.object({ type: z.literal('mediaGone'), id }),
  own('end'),
]);

const chatMessageSchema = z.object({
  id: count,
  from: id,
  name: nameSchema,
  role: roleSchema,
  text: z.string().max(limits.chatLength),
  sentAtMs: timeMs,
});

export const roomEffectSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('roomChanged') }),
  z.object({ type: z.literal('backstageChanged') }),
  z.object({ type: z.literal('selfChanged'), id }),
  z.object({ type: z.literal('chat'), message: chatMessageSchema }),
  z.object({ type: z.literal('pauseFeed'), feedId: feedIdSchema, paused: z.boolean() }),
  z.object({ type: z.literal('closeFeed'), feedId: feedIdSchema }),
  z.object({ type: z.literal('unseated'), id }),
  z.object({ type: z.literal('dismiss'), id, reason: z.enum(['kicked', 'banned']) }),
  z.object({ type: z.literal('replaced'), id, at: nodeIdSchema }),
  z.object({ type: z.literal('ended'), durationMs: z.number() }),
]);

const openFeedSchema = z.object({
  feedId: feedIdSchema,
  source: sourceSchema,
  kind: z.enum(['audio', 'video']),
  epoch: count,
  origin: feedOriginSchema.exactOptional(),
});

const seatHolderSchema = z.object({
  id,
  name: nameSchema,
  role: z.enum(['host', 'cohost']),
  seat: count,
  presence: z.enum(['connected', 'away']),
  intent: z.object({ version: count, microphone: z.boolean(), camera: z.boolean(), locked: toggles }),
  feeds: z.array(openFeedSchema).max(16),
  graceUntilMs: timeMs.nullable(),
  hushed: toggles,
});

/** The parts of a room's state that are small; what is not there did not change. */
const smallPartsSchema = z.object({
  settings: z
    .object({
      seats: count,
      maxViewers: count,
      requestTtlMs: timeMs,
      invitationTtlMs: timeMs,
      hostGraceMs: timeMs,
      cohostGraceMs: timeMs,
    })
    .exactOptional(),
  status: z.enum(['waiting', 'live', 'ended']).exactOptional(),
  version: count.exactOptional(),
  backstageVersion: count.exactOptional(),
  startedAtMs: timeMs.nullable().exactOptional(),
  hostId: id.nullable().exactOptional(),
  stage: z.array(seatHolderSchema).exactOptional(),
  nextChatId: count.exactOptional(),
  epochFloor: count.exactOptional(),
});

/** A collection with keys: entries that are gone, and entries to add at its end in this order. */
const keyed = <K extends z.ZodType, V extends z.ZodType>(key: K, value: V) =>
  z.object({ gone: z.array(key), set: z.array(z.tuple([key, value])) });

const largePartsSchema = z
  .object({
    requests: keyed(id, z.object({ id, name: nameSchema, requestedAtMs: timeMs, expiresAtMs: timeMs })),
    invitations: keyed(
      id,
      z.object({ id, name: nameSchema, invitedBy: id, byName: nameSchema, expiresAtMs: timeMs }),
    ),
    chat: keyed(count, chatMessageSchema),
    bans: keyed(id, z.string().max(limits.identityLength)),
    epochs: keyed(feedIdSchema, count),
    remembered: keyed(
      id,
      z.object({
        locked: toggles,
        hushed: toggles,
        steppedDown: z.enum(['self', 'moderator']).nullable(),
      }),
    ),
  })
  .partial();

/** From one state of a room to a later one; from that of a room nobody entered, it is the whole. */
export const stateDeltaSchema = z.object({ small: smallPartsSchema, large: largePartsSchema });
export type StateDelta = z.infer<typeof stateDeltaSchema>;

export const roomStepSchema = z.object({ delta: stateDeltaSchema, effects: z.array(roomEffectSchema) });
export type RoomStep = z.infer<typeof roomStepSchema>;

const textSchema = z.string().max(64 * 1024);
const partCount = z.int().min(1).max(64);

/** What somebody lacks of a state: the steps behind his position, or the whole, as the first of some parts of JSON. */
export const roomNewsSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('steps'), ...positionSchema.shape, steps: z.array(roomStepSchema).max(64) }),
  z.object({ type: z.literal('whole'), ...positionSchema.shape, parts: partCount, text: textSchema }),
]);
export type RoomNews = z.infer<typeof roomNewsSchema>;

const aboutRoom = { roomId: roomIdSchema };
/** Those of one edge's people whom the home has to know: who has a seat or a claim to one, or was asked for. */
const people = z.array(presentPersonSchema).max(500);
/** Grows with everything an edge says to a home: what comes late is recognised. */
const turn = count;
const reactionCounts = z.partialRecord(z.enum(reactionKinds), count);

export const roomCalls = {
  /** An edge holds the room and says so every few seconds; `viewers` are those of its people who are not on stage. */
  'room.attach': {
    request: z.object({ ...aboutRoom, turn, have: positionSchema, viewers: count, people }),
    response: z.object({ news: roomNewsSchema, viewersElsewhere: count }),
  },
  /** A command of somebody at an edge; `people` are those of the edge whom it concerns. */
  'room.command': {
    request: z.object({ ...aboutRoom, turn, have: positionSchema, command: roomCommandSchema, people }),
    response: z.object({
      news: roomNewsSchema,
      refused: z.enum(Object.keys(errors) as ErrorCode[]).exactOptional(),
    }),
  },
  /** The whole state as a node has it, in parts; `at` names the one to go on with, where the first part was given. */
  'room.whole': {
    request: z.object({ ...aboutRoom, at: positionSchema.exactOptional(), part: count }),
    response: z.object({ ...positionSchema.shape, parts: partCount, text: textSchema }),
  },
  /** A home looks everywhere, an edge among its own people. */
  'room.find': {
    request: z.object({ ...aboutRoom, id }),
    response: z.object({ person: presentPersonSchema.exactOptional() }),
  },
  'room.audience': {
    request: z.object({ ...aboutRoom, offset: count, limit: z.int().min(1).max(limits.pageSize) }),
    response: z.object({
      total: count,
      entries: z.array(z.object({ id, name: nameSchema, role: roleSchema })),
    }),
  },
} as const;

export const roomTells = {
  /** From the home: what happened to the room next. One that is missing is asked for. */
  'room.step': {
    payload: z.object({ ...aboutRoom, ...positionSchema.shape, step: roomStepSchema }),
    keyOf: ({ roomId, epoch, seq }: { roomId: string; epoch?: number; seq?: number }): string =>
      `${roomId} ${epoch} ${seq}`,
  },
  /** From the home: viewers at all other nodes together. It also says who is the home. */
  'room.viewers': {
    payload: z.object({ ...aboutRoom, epoch: count, viewersElsewhere: count }),
    keyOf: ({ roomId }: { roomId: string }): string => roomId,
  },
  /** A data message, from the edge of its sender to the home, and from there to all others. */
  'room.data': {
    payload: z.object({
      ...aboutRoom,
      epoch: count,
      turn,
      message: z.object({
        from: id,
        topic: z.string().min(1).max(limits.dataTopicLength),
        payload: z.string().max(limits.dataPayloadLength),
      }),
      to: id.exactOptional(),
    }),
    keyOf: ({ roomId, turn: number }: { roomId: string; turn?: number }): string => `${roomId} ${number}`,
  },
  /** From an edge what its people throw, and from the home what all do; some may be lost. */
  'room.reactions': {
    payload: z.object({ ...aboutRoom, epoch: count, counts: reactionCounts }),
    keyOf: ({ roomId }: { roomId: string }): string => roomId,
  },
} as const;
