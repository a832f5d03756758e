import { ortc } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Chrome74 } from 'mediasoup-client/handlers/Chrome74';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';

type HandlerFactory = NonNullable<types.DeviceOptions['handlerFactory']>;
type Handler = ReturnType<HandlerFactory['factory']>;
type Received = Awaited<ReturnType<Handler['receive']>>;

const probator = 'probator';
const builtIn: Partial<Record<types.BuiltinHandlerName, () => HandlerFactory>> = {
  Chrome111: () => Chrome111.createFactory({}),
  Chrome74: () => Chrome74.createFactory({}),
  Firefox120: () => Firefox120.createFactory({}),
  Safari12: () => Safari12.createFactory({}),
};

/**
 * mediasoup-client's handler for this browser, made to negotiate once where it would do so twice: it adds the stream
 * for probing bandwidth behind the first video, in a negotiation of its own that runs while ICE and DTLS want the same
 * threads. Here that stream is part of the first one.
 */
export function singleNegotiation(name: types.BuiltinHandlerName): HandlerFactory | undefined {
  const original = builtIn[name]?.();
  return original && { ...original, factory: (options) => withProbator(original.factory(options)) };
}

/** Exported for its test. */
export function withProbator<T extends Pick<Handler, 'receive'>>(handler: T): T {
  const receive = handler.receive.bind(handler);
  let received: Received | undefined;
  handler.receive = async (wanted) => {
    if (received !== undefined && wanted.length === 1 && wanted[0]?.trackId === probator) return received;
    const video = wanted.find(({ kind }) => kind === 'video');
    if (received !== undefined || video === undefined || video.trackId === probator) return receive(wanted);
    const rtpParameters = ortc.generateProbatorRtpParameters(video.rtpParameters);
    const all = await receive([...wanted, { trackId: probator, kind: 'video', rtpParameters }]);
    received = all.splice(-1);
    return all;
  };
  return handler;
}
