import type { RtpParametersMessage } from '../../protocol/mediaParameters.ts';

/** What Chromium sends with `media.produce` for a microphone, made by hand. */
export function microphoneParameters(ssrc: number): RtpParametersMessage {
  return {
    mid: String(ssrc % 1000),
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1 },
        rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
      },
    ],
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 }],
    encodings: [{ ssrc, dtx: true }],
    rtcp: { cname: 'hand-made', reducedSize: true },
  };
}

/** What Chromium sends with `media.produce` for a camera in three simulcast layers. */
export function cameraParameters(ssrc: number): RtpParametersMessage {
  return {
    mid: String(ssrc % 1000),
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90000,
        parameters: {},
        rtcpFeedback: [
          { type: 'nack', parameter: '' },
          { type: 'nack', parameter: 'pli' },
          { type: 'ccm', parameter: 'fir' },
          { type: 'transport-cc', parameter: '' },
        ],
      },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90000, parameters: { apt: 96 }, rtcpFeedback: [] },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
    ],
    encodings: ['q', 'h', 'f'].map((rid) => ({ rid, active: true, scalabilityMode: 'L1T3' })),
    rtcp: { cname: 'hand-made', reducedSize: true },
  };
}
