import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { findWorkerBin } from '../../tools/worker/workerPath.mjs';

/** A media worker without anything of ours around it; whoever starts it closes it. */
export function startBareWorker(): Promise<types.Worker> {
  const workerBin = findWorkerBin();
  return createWorker({ logLevel: 'error', ...(workerBin !== undefined && { workerBin }) });
}
