import { setting } from './setting.ts';
import { count, durationMs, rate, whole } from './settingKinds.ts';

/** What a room allows, and what one client may send. */
export const roomRows = {
  seats: setting({
    group: 'Rooms',
    kind: whole(1, 64),
    default: 8,
    description: 'Seats on the stage of a room.',
  }),
  maxViewers: setting({ group: 'Rooms', kind: count, default: 10_000, description: 'Viewers in one room.' }),
  requestTtlMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 120_000,
    description: 'How long a request to join the stage waits for its answer.',
  }),
  invitationTtlMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 60_000,
    description: 'How long an invitation to the stage waits for its answer.',
  }),
  hostGraceMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 120_000,
    description: "How long a dropped host's seat is kept; then the show ends.",
  }),
  cohostGraceMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 30_000,
    description: "How long a dropped co-host's seat is kept.",
  }),
  viewerGraceMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 15_000,
    description: "How long a dropped viewer's media waits for him.",
  }),
  endedTombstoneMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 60_000,
    description: 'How long a room that ended tells late comers so.',
  }),
  vacantRoomMs: setting({
    group: 'Rooms',
    kind: durationMs,
    default: 60_000,
    description: 'How long a room nobody is in keeps its chat and its bans.',
  }),

  maxConnections: setting({
    group: 'Limits',
    kind: count,
    default: 10_000,
    description: 'Sockets on this node.',
  }),
  joinDeadlineMs: setting({
    group: 'Limits',
    kind: whole(100, 600_000),
    default: 10_000,
    description: 'Time a new socket has to join before it is closed.',
  }),
  rateConnections: setting({
    group: 'Limits',
    kind: rate,
    default: '200 per 60s',
    devDefault: '20000 per 10s',
    description: 'New sockets from one address.',
  }),
  rateTokens: setting({
    group: 'Limits',
    kind: rate,
    default: '1000 per 10s',
    devDefault: '20000 per 10s',
    description: 'Tokens issued to one address.',
  }),
  rateWrongKeys: setting({
    group: 'Limits',
    kind: rate,
    default: '10 per 60s',
    devDefault: '100 per 10s',
    description:
      'Wrong API keys or admin tokens from one address before all of them are refused for a while.',
  }),
  rateOperator: setting({
    group: 'Limits',
    kind: rate,
    default: '100 per 10s',
    description: 'Requests to the operator API from one address; an open page asks twice a second.',
  }),
  rateEdges: setting({
    group: 'Limits',
    kind: rate,
    default: '1000 per 10s',
    devDefault: '20000 per 10s',
    description: 'Questions for the nearest nodes from one address.',
  }),
  maxUnsentBytes: setting({
    group: 'Limits',
    kind: whole(64 * 1024, 1024 ** 3),
    default: 1024 ** 2,
    description: 'What may wait to be sent to one client that does not read, before its connection is cut.',
  }),
  rateControl: setting({
    group: 'Limits',
    kind: rate,
    default: '60 per 3s',
    description: 'Messages of one person that have no rate of their own.',
  }),
  rateJoin: setting({
    group: 'Limits',
    kind: rate,
    default: '5 per 10s',
    description: 'Joins of one person, and of one socket.',
  }),
  ratePublish: setting({
    group: 'Limits',
    kind: rate,
    default: '20 per 10s',
    description: 'Feeds that one person opens or closes.',
  }),
  rateIntent: setting({
    group: 'Limits',
    kind: rate,
    default: '20 per 10s',
    description: 'Times one person turns microphone or camera on or off.',
  }),
  rateStage: setting({
    group: 'Limits',
    kind: rate,
    default: '10 per 10s',
    description: 'Requests to join the stage, answers to invitations and leaves of the stage by one person.',
  }),
  rateChat: setting({
    group: 'Limits',
    kind: rate,
    default: '5 per 10s',
    description: 'Chat messages of one person.',
  }),
  rateReaction: setting({
    group: 'Limits',
    kind: rate,
    default: '20 per 4s',
    description: 'Reactions of one person.',
  }),
  rateData: setting({
    group: 'Limits',
    kind: rate,
    default: '60 per 3s',
    description: 'Data messages of one person to one other.',
  }),
  rateDataToAll: setting({
    group: 'Limits',
    kind: rate,
    default: '30 per 3s',
    description: 'Data messages of one person to everybody in the room.',
  }),
  rateStrikes: setting({
    group: 'Limits',
    kind: rate,
    default: '20 per 20s',
    description:
      'Malformed messages of one person before the socket is closed; fifty too frequent ones count as one.',
  }),
};
