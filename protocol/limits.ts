/** Bounds on what a client may send. One home: schemas, the SDK and the docs all read them here. */
export const limits = {
  /** Whole socket message, bytes; a larger one closes the connection. A join with every codec Chromium knows is about 12 KiB. */
  messageBytes: 64 * 1024,
  roomIdLength: 64,
  identityLength: 64,
  nameLength: 48,
  tokenLength: 4096,
  chatLength: 500,
  chatHistory: 50,
  dataTopicLength: 64,
  dataPayloadLength: 8 * 1024,
  feedViews: 64,
  /** One side of a picture or a tile, pixels. */
  sidePx: 16_384,
  pageSize: 100,
  /** Requests to join the stage that wait at once in one room. */
  stageRequests: 50,
  invitations: 20,
  bans: 1000,
} as const;
