import { observer } from 'mediasoup';
import type { types } from 'mediasoup';

/** Tells of every mediasoup transport on workers started from now on, as it is made; returns how to stop. */
export function onTransports(listener: (transport: types.Transport) => void): () => void {
  const watch = (worker: types.Worker): void => {
    worker.observer.on('newrouter', (router) => router.observer.on('newtransport', listener));
  };
  observer.on('newworker', watch);
  return () => observer.off('newworker', watch);
}

/** The same of producers, the copies of piped ones included. */
export function onProducers(listener: (producer: types.Producer) => void): () => void {
  return onTransports((transport) => transport.observer.on('newproducer', listener));
}
