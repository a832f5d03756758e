/** An RTP packet with a few bytes of sound or picture. */
export function rtpPacket(ssrc: number, payloadType: number, sequence: number): Buffer {
  const packet = Buffer.alloc(32, 1);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(sequence * 960, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** The first packet of a VP8 keyframe. */
export function keyframePacket(ssrc: number, payloadType: number, sequence: number): Buffer {
  const packet = rtpPacket(ssrc, payloadType, sequence);
  // A payload descriptor that begins a partition, and a frame that needs no other.
  packet.writeUInt8(0x10, 12);
  packet.writeUInt8(0x00, 13);
  return packet;
}

/**
 * An RTCP sender report; mediasoup scores a stream whenever one comes, and moves nobody to another layer before it knows
 * by their reports' times how the two go together.
 */
export function senderReport(ssrc: number): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(200, 1);
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(1, 8);
  return report;
}

/** As RFC 7983 and RFC 5761 tell it from STUN, DTLS and RTCP. */
export function isRtp(packet: Buffer): boolean {
  const [first = 0, second = 0] = packet;
  const type = second & 0x7f;
  return first >= 128 && first <= 191 && (type < 64 || type > 95);
}
