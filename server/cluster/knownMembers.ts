import { z } from 'zod';
import { nodeIdSchema, nodeRecordSchema } from '../../protocol/network.ts';
import type { NodeId, NodeRecord } from '../../protocol/network.ts';
import type { BeatReply, Seat } from './clusterRegister.ts';
import type { MembersChange, Stranger } from './clusterStore.ts';

/** What a node knows of the members; `version` is the view it has. */
export interface KnownMembers {
  version: number;
  byId: ReadonlyMap<NodeId, KnownMember>;
}

type KnownMember = { session: string; text: string } & (
  { type: 'node'; record: NodeRecord } | { type: 'stranger'; stranger: Stranger }
);

export interface Learned {
  known: KnownMembers;
  change: MembersChange | undefined;
}

export const nobodyKnown: KnownMembers = { version: 0, byId: new Map() };

const versionSchema = z.object({ protocolVersion: z.number() });

/** What is known after a heartbeat's answer, and what is new in it; `undefined` where nothing is. */
export function learn(
  known: KnownMembers,
  reply: Extract<BeatReply, { type: 'beating' }>,
  protocolVersion: number,
): Learned {
  const byId = new Map<NodeId, KnownMember>();
  const records = new Map(reply.records.map((record) => [record.nodeId, record]));
  // A register that was away, or lost its data, cannot tell who is gone.
  const listed = reply.settled ? reply.nodeIds : [...known.byId.keys(), ...reply.nodeIds];
  for (const listedId of listed) {
    const { data: nodeId } = nodeIdSchema.safeParse(listedId);
    if (nodeId === undefined) continue;
    const before = known.byId.get(nodeId);
    const news = records.get(nodeId);
    if (news === undefined || (news.record === before?.text && news.session === before.session)) {
      if (before !== undefined) byId.set(nodeId, before);
    } else byId.set(nodeId, { session: news.session, ...read(nodeId, news.record, protocolVersion) });
  }
  return { known: { version: reply.version, byId }, change: difference(known.byId, byId) };
}

/** Without one that said that it left. */
export function unlearn(known: KnownMembers, { nodeId, session }: Seat): Learned {
  if (known.byId.get(nodeId)?.session !== session) return { known, change: undefined };
  const byId = new Map([...known.byId].filter(([other]) => other !== nodeId));
  return { known: { ...known, byId }, change: difference(known.byId, byId) };
}

/** The members that this node can talk to. */
export function nodesOf({ byId }: KnownMembers): NodeRecord[] {
  return [...byId.values()].flatMap((member) => (member.type === 'node' ? [member.record] : []));
}

export function strangersOf({ byId }: KnownMembers): Stranger[] {
  return [...byId.values()].flatMap((member) => (member.type === 'stranger' ? [member.stranger] : []));
}

function read(nodeId: NodeId, text: string, ownVersion: number) {
  const value = parseJson(text);
  const protocolVersion = versionSchema.safeParse(value).data?.protocolVersion;
  const record = nodeRecordSchema.safeParse(value).data;
  return record?.nodeId === nodeId && protocolVersion === ownVersion
    ? ({ type: 'node', text, record } as const)
    : ({ type: 'stranger', text, stranger: { nodeId, protocolVersion } } as const);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function difference(before: KnownMembers['byId'], after: KnownMembers['byId']): MembersChange | undefined {
  const joined: NodeRecord[] = [];
  const left: NodeRecord[] = [];
  const changed: NodeRecord[] = [];
  for (const nodeId of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(nodeId);
    const now = after.get(nodeId);
    if (old === now) continue;
    const oldRecord = old?.type === 'node' ? old.record : undefined;
    const record = now?.type === 'node' ? now.record : undefined;
    if (record !== undefined && oldRecord?.startedAtMs === record.startedAtMs) changed.push(record);
    else {
      if (oldRecord !== undefined) left.push(oldRecord);
      if (record !== undefined) joined.push(record);
    }
  }
  const same = before.size === after.size && [...after].every(([nodeId, now]) => before.get(nodeId) === now);
  return same ? undefined : { joined, left, changed };
}
