import type { FeedId } from '../../protocol/identity.ts';
import {
  pipeAnswerSchema,
  pipeNewsSchema,
  pipeOfferSchema,
  pipeRequestSchema,
} from '../../protocol/pipes.ts';
import type { PipeNews, PipeRequest } from '../../protocol/pipes.ts';
import type { ExportedFeed, ImportedFeed } from '../../server/media/mediaTypes.ts';
import { valueOf } from './mediaRoom.ts';
import type { TestRoom } from './mediaRoom.ts';
import type { PipeRelay } from './pipeRelay.ts';

export interface NodePipe {
  exported: ExportedFeed;
  imported: ImportedFeed;
  news: PipeNews[];
  requests: PipeRequest[];
  /** Which ends have told that they closed. */
  closed: ('upstream' | 'downstream')[];
}

interface PipeOptions {
  feedId?: string;
  maxSpatialLayer?: number;
  relay?: PipeRelay;
  rttMs?: number;
}

/** Carries a feed from one room to another as two nodes do, everything they tell each other as JSON. */
export async function pipe(from: TestRoom, to: TestRoom, options: PipeOptions = {}): Promise<NodePipe> {
  const { feedId = 'ann:camera', maxSpatialLayer = 2, relay, rttMs = 0 } = options;
  const made: Omit<NodePipe, 'exported' | 'imported'> = { news: [], requests: [], closed: [] };
  let imported: ImportedFeed | undefined;
  const exported = valueOf(
    await from.room.exportFeed(feedId as FeedId, maxSpatialLayer, {
      news: (news) => {
        made.news.push(news);
        imported?.news(pipeNewsSchema.parse(overWire(news)));
      },
      closed: () => {
        made.closed.push('upstream');
        imported?.close();
      },
    }),
  );
  const offer = pipeOfferSchema.parse(overWire(exported.offer));
  if (relay) offer.end = relay.offered(offer.end);
  imported = valueOf(
    await to.room.importFeed(offer, rttMs, {
      request: (request) => {
        made.requests.push(request);
        exported.request(pipeRequestSchema.parse(overWire(request)));
      },
      closed: () => {
        made.closed.push('downstream');
        exported.close();
      },
    }),
  );
  const answer = pipeAnswerSchema.parse(overWire(imported.answer));
  if (relay) answer.end = relay.answered(answer.end);
  valueOf(await exported.connect(answer));
  return { ...made, exported, imported };
}

export function overWire(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message));
}
