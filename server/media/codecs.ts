import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';

/**
 * What every router can carry, most wanted first. RED is absent because mediasoup does not know `audio/red`: a router
 * that is given it is refused. Lost sound is mended by Opus' in-band FEC instead.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1, minptime: 10 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 2 } },
  // Constrained baseline, main and high, in the packetization every browser has.
  ...['42e01f', '4d001f', '640c1f'].map((profile) => ({
    kind: 'video' as const,
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profile, 'level-asymmetry-allowed': 1 },
  })),
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
];

/** The capabilities of every router here, worked out without one. */
export function routerCapabilities(): RtpCapabilitiesMessage {
  return ortc.generateRouterRtpCapabilities(structuredClone(mediaCodecs)) as RtpCapabilitiesMessage;
}
