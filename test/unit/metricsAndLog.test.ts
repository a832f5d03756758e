import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { LinkReport } from '../../protocol/cascadeReport.ts';
import { nodeIdSchema, regionIdSchema } from '../../protocol/network.ts';
import { createLog } from '../../server/observability/log.ts';
import { createMetrics } from '../../server/observability/metrics.ts';
import type { NetworkMetricSources } from '../../server/observability/networkMetrics.ts';
import type { WorkerStatus } from '../../server/media/mediaTypes.ts';
import { recordOf } from '../support/clusterNodes.ts';

const id = (name: string) => nodeIdSchema.parse(name);
const worker: WorkerStatus = {
  slot: 0,
  pid: 1,
  cpu: 0.25,
  cpuSeconds: 12.5,
  routers: 1,
  transports: 2,
  producers: { audio: 1, video: 2 },
  consumers: { audio: 3, video: 4 },
};

const peer = { to: id('b'), toRegion: regionIdSchema.parse('eu') };
const link = { from: id('a'), fromRegion: regionIdSchema.parse('us'), ...peer };
const alone: NetworkMetricSources = {
  members: () => [],
  storeAway: () => false,
  links: () => [],
  cascade: () => ({ nodeId: link.from, region: link.fromRegion, atMs: 0, pulls: [], origins: [] }),
};

describe('metrics', () => {
  let workers = [worker, { ...worker, slot: 1, cpuSeconds: 3 }];
  const metrics = createMetrics({
    rooms: () => 2,
    participants: () => ({ host: 1, cohost: 0, moderator: 0, viewer: 7 }),
    sockets: () => 8,
    workers: () => workers,
    ...alone,
  });
  const scrape = () => metrics.registry.metrics();

  test('mirror the present state at each scrape', async () => {
    const text = await scrape();
    expect(text).toContain('tributary_rooms 2\n');
    expect(text).toContain('tributary_participants{role="viewer"} 7\n');
    expect(text).toContain('tributary_sockets 8\n');
    expect(text).toContain('tributary_producers{kind="video"} 4\n');
    expect(text).toContain('tributary_consumers{kind="audio"} 6\n');
    expect(text).toContain('tributary_worker_cpu_ratio{worker="1"} 0.25\n');
    expect(text).toContain('tributary_worker_cpu_seconds_total{worker="0"} 12.5\n');
    expect(text).toContain('tributary_nodejs_eventloop_lag_p99_seconds');
    // The first one is gone; the other one keeps its label.
    workers = [{ ...worker, slot: 1, cpuSeconds: 0.5 }];
    const later = await scrape();
    expect(later).toContain('tributary_worker_cpu_seconds_total{worker="1"} 0.5\n');
    expect(later).not.toContain('worker="0"');
  });

  test('count what happened', async () => {
    metrics.joined('ok', 0.008);
    metrics.joined('room-full', 0.001);
    metrics.refused('bad-message');
    metrics.cut('unread');
    metrics.firstFrame(0.12);
    metrics.keyframeRequested('message');
    const text = await scrape();
    expect(text).toContain('tributary_joins_total{result="room-full"} 1\n');
    expect(text).toContain('tributary_join_seconds_bucket{le="0.01"} 1\n');
    expect(text).toContain('tributary_join_seconds_count 1\n');
    expect(text).toContain('tributary_refusals_total{reason="bad-message"} 1\n');
    expect(text).toContain('tributary_connections_cut_total{reason="unread"} 1\n');
    expect(text).toContain('tributary_first_frame_seconds_bucket{le="0.15"} 1\n');
    expect(text).toContain('tributary_keyframe_requests_total{path="message"} 1\n');
  });

  test('show each link under its peer, and forget peers that left', async () => {
    let links: LinkReport[] = [{ ...link, rttMs: 84, lossRatio: 0.01, state: 'up' }];
    const { registry, pulled } = createMetrics({
      rooms: () => 0,
      participants: () => ({ host: 0, cohost: 0, moderator: 0, viewer: 0 }),
      sockets: () => 0,
      workers: () => [],
      ...alone,
      members: () => [recordOf('a'), recordOf('b')],
      links: () => links,
    });
    pulled('opened');
    const text = await registry.metrics();
    expect(text).toContain('tributary_link_rtt_seconds{peer="b",region="eu"} 0.084\n');
    expect(text).toContain('tributary_link_up{peer="b",region="eu"} 1\n');
    expect(text).toContain('tributary_link_loss_ratio{peer="b",region="eu"} 0.01\n');
    expect(text).toContain('tributary_members{region="eu"} 2\n');
    expect(text).toContain('tributary_store_away 0\n');
    expect(text).toContain('tributary_pulls_total{result="opened"} 1\n');
    links = [];
    expect(await registry.metrics()).not.toContain('peer="b"');
  });

  test('two nodes in one process do not meet', () => {
    const sources = { rooms: () => 0, participants: () => ({ host: 0, cohost: 0, moderator: 0, viewer: 0 }) };
    expect(() => createMetrics({ ...sources, sockets: () => 0, workers: () => [], ...alone })).not.toThrow();
  });
});

describe('the log', () => {
  test('is one JSON line an event, with node and region, and never a secret', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const log = createLog({ logLevel: 'info', nodeId: 'n1', region: 'local' }, destination);
    log.info(
      { token: 'hunter2', message: { token: 'hunter2' }, headers: { authorization: 'hunter2' } },
      'joined',
    );
    log.warn(
      { request: { headers: { authorization: 'hunter2' } }, settings: { tokenSecret: 'hunter2' } },
      'odd',
    );
    log.debug('not told');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('hunter2');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      node: 'n1',
      region: 'local',
      msg: 'joined',
    });
  });
});
