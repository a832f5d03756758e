import { z } from 'zod';
import type { EdgeList } from './edges.ts';
import type { Result } from './errors.ts';
import { feedIdSchema, participantIdSchema, sourceSchema } from './identity.ts';
import { limits } from './limits.ts';
import { fingerprintsSchema, rtpCapabilitiesSchema, rtpParametersSchema } from './mediaParameters.ts';
import type { TransportInfo } from './mediaParameters.ts';
import { reactionKinds } from './reactions.ts';
import type { AudienceEntry, BackstageView, ChatMessage, RoomView, SelfView } from './roomView.ts';
import type { FeedId } from './identity.ts';
import type { ConsumerInfo, ParticipantQuality } from './serverMessages.ts';

const nothing = z.strictObject({});
const target = z.strictObject({ participantId: participantIdSchema });
const toggled = z.enum(['microphone', 'camera']);
const pixels = z.number().int().min(0).max(limits.sidePx);

/** A picture as its camera or screen captures it, in pixels. */
export const pictureSizeSchema = z.strictObject({ width: pixels.min(1), height: pixels.min(1) });
export type PictureSize = z.infer<typeof pictureSizeSchema>;

/** What a viewer shows of one video feed, in device pixels; `quality` caps the layers by the viewer's own choice. */
export const feedViewportSchema = z.strictObject({
  feedId: feedIdSchema,
  visible: z.boolean(),
  width: pixels,
  height: pixels,
  quality: z.enum(['auto', 'high', 'medium', 'low']).default('auto'),
});
export type FeedViewport = z.infer<typeof feedViewportSchema>;

/**
 * Every message a browser may send, with its schema. Adding a row here makes the compiler name every place that must
 * handle it. Each is acknowledged with a `Result` of the reply type below.
 */
export const clientMessages = {
  /**
   * Enters the room, returns to it, or takes it over from another connection of the same identity. `keep` names the
   * media session the client still has; where the server has it too, nothing is negotiated anew.
   */
  join: z.strictObject({
    protocol: z.number().int(),
    token: z.string().max(limits.tokenLength),
    rtpCapabilities: rtpCapabilitiesSchema,
    fingerprints: fingerprintsSchema,
    keep: z.string().max(64).optional(),
    /** Told to move by another node: what is published there goes on until it is published here. */
    moving: z.boolean().optional(),
    /** How a seat taken now starts; a seat returned to keeps what the server remembers. */
    start: z.strictObject({ microphone: z.boolean(), camera: z.boolean() }).optional(),
    /** `keyframes`: this browser can make a keyframe when asked by message. */
    features: z.strictObject({ keyframes: z.boolean() }),
  }),
  leave: nothing,

  'media.openSend': z.strictObject({ fingerprints: fingerprintsSchema }),
  /** `picture`: for a video source whose size is known; the layers for each viewer are chosen by it. */
  'media.produce': z.strictObject({
    source: sourceSchema,
    rtpParameters: rtpParametersSchema,
    picture: pictureSizeSchema.optional(),
  }),
  'media.closeFeed': z.strictObject({ feedId: feedIdSchema }),
  'media.view': z.strictObject({ feeds: z.array(feedViewportSchema).min(1).max(limits.feedViews) }),
  'media.restartIce': z.strictObject({ direction: z.enum(['send', 'recv']) }),
  /** Milliseconds from the start of `connect()` to the first frame on screen; told once a join. */
  'media.firstFrame': z.strictObject({ elapsedMs: z.number().min(0).max(120_000) }),

  'intent.set': z.strictObject({
    version: z.number().int().min(0),
    microphone: z.boolean().optional(),
    camera: z.boolean().optional(),
  }),

  'stage.request': nothing,
  'stage.withdraw': nothing,
  'stage.accept': target,
  'stage.refuse': target,
  'stage.invite': target,
  'stage.uninvite': target,
  'stage.acceptInvitation': nothing,
  'stage.declineInvitation': nothing,
  /** Back to the audience, of one's own will. */
  'stage.leave': nothing,
  /** Back to the audience, by the host's or a moderator's. */
  'stage.remove': target,

  'moderate.mute': z.strictObject({ participantId: participantIdSchema, source: toggled }),
  /**
   * `allowed: false` turns the source off and keeps it off, a shared screen's sound with the microphone and its picture
   * with the camera; `true` lets its owner turn it on again.
   */
  'moderate.allow': z.strictObject({
    participantId: participantIdSchema,
    source: toggled,
    allowed: z.boolean(),
  }),
  'moderate.kick': target,
  'moderate.ban': target,
  'moderate.unban': target,
  'audience.list': z.strictObject({
    offset: z.number().int().min(0).max(1_000_000),
    limit: z.number().int().min(1).max(limits.pageSize),
  }),

  'chat.send': z.strictObject({ text: z.string().trim().min(1).max(limits.chatLength) }),
  react: z.strictObject({ kind: z.enum(reactionKinds) }),
  /** To one participant, or to everybody in the room. */
  'data.send': z.strictObject({
    topic: z.string().min(1).max(limits.dataTopicLength),
    payload: z.string().max(limits.dataPayloadLength),
    to: participantIdSchema.optional(),
  }),
  'room.end': nothing,
} as const;

export type ClientMessageName = keyof typeof clientMessages;
/** A message as the handler gets it, after its schema. */
export type ClientMessage<N extends ClientMessageName> = z.output<(typeof clientMessages)[N]>;
/** A message as a client writes it. */
export type ClientMessageInput<N extends ClientMessageName> = z.input<(typeof clientMessages)[N]>;

export type Nothing = Record<string, never>;

/** Everything a page needs to show the room. */
export interface RoomReply {
  self: SelfView;
  room: RoomView;
  backstage?: BackstageView;
  chat: ChatMessage[];
  viewerCount: number;
  speaker: string | null;
  /** Of those whose level is not good. */
  quality: ParticipantQuality[];
  media: JoinMedia;
}

/** The answer to the one `join`: the room, and where to go when this node is lost. */
export interface JoinReply extends RoomReply {
  network: EdgeList;
}

export type JoinMedia =
  /** The transports the client has stay; `consumers` is the whole list now. */
  | { kept: true; session: string; consumers: ConsumerInfo[] }
  /** Transports anew; `send` only for those on stage. Both are connected on the server side already. */
  | { kept: false; session: string; recv: TransportInfo; send?: TransportInfo; consumers: ConsumerInfo[] };

interface RepliesWithContent {
  join: JoinReply;
  'media.openSend': { send: TransportInfo };
  'media.produce': { feedId: FeedId; epoch: number };
  'media.restartIce': { iceParameters: TransportInfo['iceParameters'] };
  'intent.set': { version: number };
  'stage.request': { expiresAtMs: number };
  'audience.list': { total: number; entries: AudienceEntry[] };
}
/** The reply to each message; `Nothing` where being done is the whole answer. */
export type ClientReply<N extends ClientMessageName> = N extends keyof RepliesWithContent
  ? RepliesWithContent[N]
  : Nothing;

/** socket.io's view of the table: one acknowledged event a row. */
export type ClientToServerEvents = {
  [N in ClientMessageName]: (
    message: ClientMessageInput<N>,
    reply: (result: Result<ClientReply<N>>) => void,
  ) => void;
};
