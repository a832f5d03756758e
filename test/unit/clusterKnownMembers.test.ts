import { describe, expect, test } from '@jest/globals';
import { learn, nobodyKnown, nodesOf, strangersOf, unlearn } from '../../server/cluster/knownMembers.ts';
import { nodeIdSchema } from '../../protocol/network.ts';
import { recordOf } from '../support/clusterNodes.ts';

const version = recordOf('a').protocolVersion;
const entry = (nodeId: string, changes: object = {}) => ({
  nodeId,
  session: `of-${nodeId}`,
  record: JSON.stringify(recordOf(nodeId, changes)),
});
const reply = (nodeIds: string[], records: ReturnType<typeof entry>[], settled = true) =>
  ({ type: 'beating', settled, version: 1, nodeIds, records }) as const;
const two = learn(nobodyKnown, reply(['a', 'b'], [entry('a'), entry('b')]), version);

describe('what a node knows of the members', () => {
  test('is learned from records, and stays where no newer one comes', () => {
    expect(nodesOf(two.known)).toEqual([recordOf('a'), recordOf('b')]);
    expect(two.change).toEqual({ joined: [recordOf('a'), recordOf('b')], left: [], changed: [] });
    const again = learn(two.known, reply(['a', 'b'], []), version);
    expect(again.change).toBeUndefined();
    expect(again.known.byId).toEqual(two.known.byId);
  });

  test('does not change when the same records are told again', () => {
    expect(learn(two.known, reply(['a', 'b'], [entry('a'), entry('b')]), version).change).toBeUndefined();
  });

  test('loses who is not listed any more, but only where the register can tell', () => {
    expect(learn(two.known, reply(['a'], []), version).change?.left).toEqual([recordOf('b')]);
    const unsettled = learn(two.known, reply(['a'], [], false), version);
    expect(unsettled.change).toBeUndefined();
    expect(nodesOf(unsettled.known)).toHaveLength(2);
  });

  test('loses at once who says that it leaves, but not the process that took its name since', () => {
    const nodeId = nodeIdSchema.parse('b');
    expect(unlearn(two.known, { nodeId, session: 'of-b' }).change?.left).toEqual([recordOf('b')]);
    expect(unlearn(two.known, { nodeId, session: 'earlier' })).toEqual({
      known: two.known,
      change: undefined,
    });
  });

  test('tells a changed record from a process that started anew', () => {
    const busy = learn(two.known, reply(['a', 'b'], [entry('b', { load: 1 })]), version);
    expect(busy.change).toEqual({ joined: [], left: [], changed: [recordOf('b', { load: 1 })] });
    const anew = learn(two.known, reply(['a', 'b'], [entry('b', { startedAtMs: 9 })]), version);
    expect(anew.change).toEqual({
      joined: [recordOf('b', { startedAtMs: 9 })],
      left: [recordOf('b')],
      changed: [],
    });
  });

  test('has those it does not understand apart, and a record under another’s name is one', () => {
    const odd = learn(
      two.known,
      reply(
        ['a', 'b', 'c', 'd', 'Not A Name'],
        [
          entry('b', { protocolVersion: version + 1 }),
          { nodeId: 'c', session: 's', record: '{"protocolVersion":"x"}' },
          { ...entry('a'), nodeId: 'd' },
          entry('a'),
        ],
      ),
      version,
    );
    expect(nodesOf(odd.known)).toEqual([recordOf('a')]);
    expect(odd.change?.left).toEqual([recordOf('b')]);
    expect(strangersOf(odd.known)).toEqual([
      { nodeId: 'b', protocolVersion: version + 1 },
      { nodeId: 'c', protocolVersion: undefined },
      { nodeId: 'd', protocolVersion: version },
    ]);
  });
});
