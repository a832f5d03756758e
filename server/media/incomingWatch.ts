import type { types } from 'mediasoup';
import { IncomingExcess } from './incomingExcess.ts';
import type { MediaSettings } from './mediaSettings.ts';

/** Looks now and then at how much a publisher sends; calls `exceeded` once when it stays well above what he may. */
export function watchIncoming(
  transport: types.WebRtcTransport,
  settings: MediaSettings,
  exceeded: () => void,
): void {
  const excess = new IncomingExcess(settings);
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    try {
      const [stats] = await transport.getStats();
      if (transport.closed) return;
      if (stats && excess.sample(stats.bytesReceived, stats.timestamp)) return exceeded();
    } catch {
      // The transport or its worker has gone meanwhile.
      return;
    }
    timer = setTimeout(() => void look(), settings.incomingSampleMs);
  };
  timer = setTimeout(() => void look(), settings.incomingSampleMs);
  transport.observer.once('close', () => clearTimeout(timer));
}
