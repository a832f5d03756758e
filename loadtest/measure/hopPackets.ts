import type { HopStream } from './hopFeed.ts';

const packetBytes = 1100;
/** A consumer begins with a keyframe; one in so many packets is one. */
const keyframeEvery = 20;

/** Makes the packets of one stream: each is a whole picture of VP8, and says at its end which one it is. */
export class HopPackets {
  readonly #stream: HopStream;
  #made = 0;

  constructor(stream: HopStream) {
    this.#stream = stream;
  }

  next(): Buffer {
    const { ssrc, payloadType } = this.#stream;
    const number = this.#made++;
    const packet = Buffer.alloc(packetBytes, 1);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(payloadType | 0x80, 1);
    packet.writeUInt16BE(number & 0xffff, 2);
    packet.writeUInt32BE((number * 450) >>> 0, 4);
    packet.writeUInt32BE(ssrc, 8);
    // The start of a partition, then whether the picture needs others.
    packet.writeUInt8(0x10, 12);
    packet.writeUInt8(number % keyframeEvery === 0 ? 0 : 1, 13);
    packet.writeUInt32BE(number, packetBytes - 4);
    return packet;
  }
}

/** Which packet it is, whatever was rewritten on its way. */
export function packetNumber(packet: Buffer): number {
  return packet.readUInt32BE(packet.length - 4);
}
