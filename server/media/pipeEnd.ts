import type { types } from 'mediasoup';
import type { PipeEnd } from '../../protocol/pipes.ts';
import type { MediaSettings } from './mediaSettings.ts';

/** The one suite for media between nodes: authenticated, and the cheapest of mediasoup's on a CPU with AES. */
const cryptoSuite = 'AEAD_AES_256_GCM';

/** Makes one end of a pipe between two nodes. It carries a single feed. */
export async function makePipeEnd(
  router: types.Router,
  settings: MediaSettings,
): Promise<types.PlainTransport> {
  return router.createPlainTransport({
    listenInfo: {
      protocol: 'udp',
      ip: settings.nodePipeIp,
      ...(settings.nodePipeAnnouncedIp && { announcedAddress: settings.nodePipeAnnouncedIp }),
      portRange: { min: settings.nodePipePortMin, max: settings.nodePipePortMax },
    },
    rtcpMux: true,
    comedia: false,
    enableSrtp: true,
    srtpCryptoSuite: cryptoSuite,
  });
}

/** What the other end has to know of this one. */
export function endOf(transport: types.PlainTransport): PipeEnd {
  const { tuple, srtpParameters } = transport;
  if (!srtpParameters) throw new Error('a pipe between nodes has no key');
  return { ip: tuple.localAddress, port: tuple.localPort, keyBase64: srtpParameters.keyBase64 };
}

export async function connectEnd(
  transport: types.PlainTransport,
  { ip, port, keyBase64 }: PipeEnd,
): Promise<void> {
  await transport.connect({ ip, port, srtpParameters: { cryptoSuite, keyBase64 } });
}
