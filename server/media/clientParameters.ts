import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';
import type { MediaKind } from '../../protocol/identity.ts';
import type {
  Fingerprints,
  RtpCapabilitiesMessage,
  RtpParametersMessage,
} from '../../protocol/mediaParameters.ts';

/*
 * What browsers say about their media is checked here before mediasoup sees it. mediasoup refuses most of what is
 * wrong, but some of that only half-way through writing a request, or in the worker when the first viewer comes.
 */

const maxEncodings = 4;
const modePattern = /^[LS][1-3]T[1-3](h|_KEY|_KEY_SHIFT)?$/;

/** A mid or rid longer than this does not fit into the header extension that carries it. */
const maxIdLength = 16;

/** The part of a browser's capabilities that has a counterpart here; undefined when they make no sense. */
export function usableCapabilities(
  given: RtpCapabilitiesMessage,
  router: RtpCapabilitiesMessage,
): types.RtpCapabilities | undefined {
  const mimeTypes = new Set(router.codecs.map((codec) => codec.mimeType.toLowerCase()));
  const extensions = new Set(
    router.headerExtensions.map((extension) => `${extension.preferredId} ${extension.uri}`),
  );
  const usable = structuredClone({
    codecs: given.codecs.filter((codec) => mimeTypes.has(codec.mimeType.toLowerCase())),
    headerExtensions: given.headerExtensions.filter((extension) =>
      extensions.has(`${extension.preferredId} ${extension.uri}`),
    ),
  }) as types.RtpCapabilities;
  try {
    ortc.validateAndNormalizeRtpCapabilities(usable);
    return usable;
  } catch {
    return undefined;
  }
}

/** DTLS compares fingerprints in upper case, and browsers give them in lower case. */
export function normalFingerprints(given: Fingerprints): Fingerprints {
  return given.map(({ algorithm, value }) => ({ algorithm, value: value.toUpperCase() }));
}

/** Why these parameters cannot be published, or undefined when they may be tried. */
export function producerFault(
  parameters: RtpParametersMessage,
  kind: MediaKind,
  router: RtpCapabilitiesMessage,
): string | undefined {
  const { codecs, encodings = [], headerExtensions = [], mid } = parameters;
  if (codecs.some((codec) => !codec.mimeType.toLowerCase().startsWith(`${kind}/`)))
    return `codecs: not all ${kind}`;
  if (!unique(codecs.map((codec) => codec.payloadType))) return 'codecs: payload types repeat';
  if (mid !== undefined && mid.length > maxIdLength) return 'mid: too long';
  const known = new Set(router.headerExtensions.map((extension) => extension.uri));
  if (headerExtensions.some((extension) => !known.has(extension.uri))) return 'headerExtensions: unknown uri';
  if (!unique(headerExtensions.map((extension) => extension.id))) return 'headerExtensions: ids repeat';
  return encodingsFault(encodings, kind);
}

function encodingsFault(
  encodings: NonNullable<RtpParametersMessage['encodings']>,
  kind: MediaKind,
): string | undefined {
  if (encodings.length > (kind === 'video' ? maxEncodings : 1)) return 'encodings: too many';
  const ssrcs = encodings.flatMap(({ ssrc, rtx }) => [ssrc, rtx?.ssrc]).filter((ssrc) => ssrc !== undefined);
  if (ssrcs.includes(0) || !unique(ssrcs)) return 'encodings: SSRCs repeat or are 0';
  const rids = encodings.map((encoding) => encoding.rid).filter((rid) => rid !== undefined);
  if (rids.includes('') || !unique(rids)) return 'encodings: rids repeat or are empty';
  const modes = new Set(encodings.map((encoding) => encoding.scalabilityMode));
  if (modes.size > 1) return 'encodings: scalability modes differ';
  const [mode] = modes;
  if (mode !== undefined && !modePattern.test(mode)) return 'encodings: unknown scalability mode';
  return undefined;
}

function unique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
