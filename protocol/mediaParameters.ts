import { z } from 'zod';

/*
 * The parts of mediasoup's types that clients send. The schemas bound sizes and shapes; mediasoup itself checks the
 * meaning, and what it refuses is answered with `bad-media-parameters`.
 */
const shortText = z.string().max(256);
const smallNumber = z.number().int().min(0).max(0xffff_ffff);
const codecParameters = z.record(z.string().max(64), z.union([shortText, z.number(), z.null()])).optional();
const rtcpFeedback = z
  .array(z.strictObject({ type: shortText, parameter: shortText.optional() }))
  .max(16)
  .optional();
const mimeType = z
  .string()
  .max(64)
  .regex(/^(audio|video)\/[A-Za-z0-9.-]+$/);
const kind = z.enum(['audio', 'video']);

/** DTLS certificate fingerprints, as `RTCCertificate.getFingerprints()` gives them (hex pairs in upper case). */
export const fingerprintsSchema = z
  .array(
    z.strictObject({
      algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
      value: z
        .string()
        .max(256)
        .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+$/),
    }),
  )
  .min(1)
  .max(5);
export type Fingerprints = z.infer<typeof fingerprintsSchema>;

export const rtpCapabilitiesSchema = z.strictObject({
  codecs: z
    .array(
      z.strictObject({
        kind,
        mimeType,
        preferredPayloadType: z.number().int().min(0).max(127),
        clockRate: smallNumber,
        channels: z.number().int().min(1).max(8).optional(),
        parameters: codecParameters,
        rtcpFeedback,
      }),
    )
    .max(64),
  headerExtensions: z
    .array(
      z.strictObject({
        kind,
        uri: shortText,
        preferredId: z.number().int().min(1).max(255),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(64),
});
export type RtpCapabilitiesMessage = z.infer<typeof rtpCapabilitiesSchema>;

export const rtpParametersSchema = z.strictObject({
  mid: z.string().max(32).optional(),
  msid: shortText.optional(),
  codecs: z
    .array(
      z.strictObject({
        mimeType,
        payloadType: z.number().int().min(0).max(127),
        clockRate: smallNumber,
        channels: z.number().int().min(1).max(8).optional(),
        parameters: codecParameters,
        rtcpFeedback,
      }),
    )
    .min(1)
    .max(8),
  headerExtensions: z
    .array(
      z.strictObject({
        uri: shortText,
        id: z.number().int().min(1).max(255),
        encrypt: z.boolean().optional(),
        parameters: codecParameters,
      }),
    )
    .max(32)
    .optional(),
  encodings: z
    .array(
      z.strictObject({
        active: z.boolean().optional(),
        ssrc: smallNumber.optional(),
        rid: z.string().max(16).optional(),
        codecPayloadType: z.number().int().min(0).max(127).optional(),
        rtx: z.strictObject({ ssrc: smallNumber }).optional(),
        dtx: z.boolean().optional(),
        scalabilityMode: z.string().max(16).optional(),
        scaleResolutionDownBy: z.number().positive().max(64).optional(),
        maxBitrate: smallNumber.optional(),
        maxFramerate: z.number().positive().max(240).optional(),
        adaptivePtime: z.boolean().optional(),
        priority: z.enum(['very-low', 'low', 'medium', 'high']).optional(),
        networkPriority: z.enum(['very-low', 'low', 'medium', 'high']).optional(),
      }),
    )
    .max(4)
    .optional(),
  rtcp: z
    .strictObject({
      cname: shortText.optional(),
      reducedSize: z.boolean().optional(),
      mux: z.boolean().optional(),
    })
    .optional(),
});
export type RtpParametersMessage = z.infer<typeof rtpParametersSchema>;

/** A transport's server side, all a browser needs to make its own. Shapes as in mediasoup's `WebRtcTransport`. */
export interface TransportInfo {
  id: string;
  iceParameters: { usernameFragment: string; password: string; iceLite?: boolean };
  iceCandidates: {
    foundation: string;
    priority: number;
    address: string;
    ip: string;
    protocol: 'udp' | 'tcp';
    port: number;
    type: 'host';
    tcpType?: 'passive';
  }[];
  dtlsParameters: { role?: 'auto' | 'client' | 'server'; fingerprints: Fingerprints };
}
