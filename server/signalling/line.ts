import type { ServerSocket } from './connection.ts';

/** What lies under a socket: the WebSocket connection, which is there before the first packet of socket.io. */
export type Line = ServerSocket['conn'];

/** What a packet costs beside its content. */
const packetBytes = 200;

/** About how much was said to this client that its machine has not taken yet. */
export function unsentBytes(line: Line): number {
  // engine.io keeps to itself what it has not handed on yet, and has no other word for it.
  const { writeBuffer } = line as unknown as { writeBuffer: readonly { data?: { length: number } }[] };
  let bytes = line.request.socket.writableLength;
  for (const { data } of writeBuffer) bytes += packetBytes + (data?.length ?? 0);
  return bytes;
}

/** Ends a connection now: closing it in order would wait until the client took what is unsent. */
export function cut(line: Line): void {
  line.request.socket.destroy();
}
