import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NetworkReport } from '../../protocol/cascadeReport.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { connectSignal } from '../support/signalClient.ts';
import { until } from '../support/until.ts';
import { WanCluster } from '../support/wanCluster.ts';

const otherVersion = new URL('../support/otherVersion.mjs', import.meta.url).href;
let cluster: WanCluster;

beforeAll(async () => {
  cluster = await WanCluster.start({
    regions: { us: ['us-1'], eu: ['eu-1'] },
    nodeEnv: { 'eu-1': { NODE_OPTIONS: `--import=${otherVersion}` } },
  });
});
afterAll(() => cluster.close());

test('nodes of different protocol versions do not talk, and each says so', async () => {
  const versions = { 'us-1': protocolVersion, 'eu-1': 999 };
  for (const [self, other] of [
    ['us-1', 'eu-1'],
    ['eu-1', 'us-1'],
  ] as const) {
    await until(async () => {
      const { nodes, strangers } = (await cluster.operate('GET', '/v1/network', self)) as NetworkReport;
      return nodes.length === 1 && nodes[0]?.nodeId === self && strangers.length === 1;
    });
    const { strangers } = (await cluster.operate('GET', '/v1/network', self)) as NetworkReport;
    expect(strangers).toEqual([{ nodeId: other, protocolVersion: versions[other] }]);
    expect(cluster.node(self).output).toContain(other);
  }
  // Each goes on for itself.
  const client = await connectSignal(cluster.node('us-1').origin);
  expect(await client.join(await cluster.token('versions', 'Hanna', 'host'))).toMatchObject({ ok: true });
  client.close();
  expect(cluster.passed('us-1', 'eu-1').packets + cluster.passed('eu-1', 'us-1').packets).toBe(0);
});
