import type { types } from 'mediasoup-client';
import type { Source } from '../protocol/sources.ts';
import type { PublishVideoOptions } from './types.ts';

export type VideoCodec = NonNullable<PublishVideoOptions['codec']>;

/** How one source is sent. */
export interface SendPlan {
  encodings: types.RtpEncodingParameters[];
  codecOptions: types.ProducerCodecOptions;
  /** Undefined for sound: there is only Opus. */
  mimeType?: string;
  contentHint: '' | 'detail' | 'speech' | 'music';
}

/** The picture as it is captured, in pixels. */
export interface CaptureSize {
  width: number;
  height: number;
}

const camera720p = { pixels: 1280 * 720, bitrateBps: 1_700_000 };
const screen1080p = { pixels: 1920 * 1080, bitrateBps: 3_000_000 };
/** Bits grow slower than pixels: a quarter of the pixels needs about 30 % of the bits. */
const bitsPerPixelExponent = 0.88;
/** What scalable codecs need of the bits that VP8 simulcast needs. */
const scalableSaving = 0.8;

/** How a video source of this size is sent; layers that would be too small to be of use are left out. */
export function videoPlan(source: Source, size: CaptureSize, codec: VideoCodec = 'vp8'): SendPlan {
  const screen = source === 'screen';
  const reference = screen ? screen1080p : camera720p;
  const layers = screen ? screenLayers(size) : cameraLayers(size);
  const bitrateOf = (scale: number): number => bitrateBps(size, scale, reference);
  const plan = {
    codecOptions: {},
    mimeType: `video/${codec.toUpperCase()}`,
    contentHint: screen ? 'detail' : '',
  } as const;
  if (codec === 'vp9' || codec === 'av1') {
    // Chromium shows nothing of an AV1 stream whose upper spatial layers the server leaves out.
    const scalabilityMode = codec === 'av1' || layers === 1 ? 'L1T3' : `L${layers}T3_KEY`;
    return {
      ...plan,
      encodings: [{ scalabilityMode, maxBitrate: Math.round(bitrateOf(1) * scalableSaving) }],
    };
  }
  // Few H264 encoders make temporal layers, and a shared screen has too few frames to leave some out.
  const scalabilityMode = codec === 'h264' || screen ? 'L1T1' : 'L1T3';
  const scales = Array.from({ length: layers }, (_, index) => 2 ** (layers - 1 - index));
  return {
    ...plan,
    encodings: scales.map((scale) => ({
      scaleResolutionDownBy: scale,
      maxBitrate: bitrateOf(scale),
      scalabilityMode,
    })),
  };
}

/** How a sound source is sent: a voice saves what silence allows, a screen's sound keeps its quality. */
export function audioPlan(source: Source): SendPlan {
  if (source === 'screen-audio') {
    const codecOptions = { opusStereo: true, opusDtx: false, opusFec: true, opusMaxAverageBitrate: 128_000 };
    return { encodings: [], codecOptions, contentHint: 'music' };
  }
  return {
    encodings: [],
    codecOptions: { opusStereo: false, opusDtx: true, opusFec: true },
    contentHint: 'speech',
  };
}

function cameraLayers({ width, height }: CaptureSize): number {
  const shortSide = Math.min(width, height);
  if (shortSide >= 540) return 3;
  return shortSide >= 300 ? 2 : 1;
}

function screenLayers({ width, height }: CaptureSize): number {
  return Math.min(width, height) >= 720 ? 2 : 1;
}

function bitrateBps(size: CaptureSize, scale: number, reference: typeof camera720p): number {
  const pixels = (size.width * size.height) / scale ** 2;
  const bps = reference.bitrateBps * (pixels / reference.pixels) ** bitsPerPixelExponent;
  return Math.max(50_000, Math.round(bps / 10_000) * 10_000);
}
