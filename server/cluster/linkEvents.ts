import { byeFrameSchema } from '../../protocol/linkFrames.ts';
import type { ByeReason } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';

/** What happens to links; `restarted` says that the peer is another run of its process than the one before. */
export type LinkEvent =
  | { type: 'up'; nodeId: NodeId; restarted: boolean }
  | { type: 'down'; nodeId: NodeId; reason: DownReason }
  /** The peer is turned away for its protocol version, or turns us away for ours. */
  | { type: 'other-version'; nodeId: NodeId; version: number };

/** Why a link lost its connection. */
export type DownReason =
  | 'cut'
  /** Nothing was heard for too long. */
  | 'silent'
  /** The peer takes nothing of what it is sent. */
  | 'unread'
  | 'idle'
  | 'peer-closing'
  /** Another run of the peer's process took the place of the one that was there. */
  | 'peer-restarted'
  /** The peer, or we to him, sent too much that is wrong. */
  | 'hostile'
  | 'closed';

const reasons: Record<ByeReason, DownReason> = {
  idle: 'idle',
  closing: 'peer-closing',
  replaced: 'cut',
  hostile: 'hostile',
};

/** What a peer's goodbye means here. */
export function reasonOfBye(frame: unknown): DownReason {
  const bye = byeFrameSchema.safeParse(frame);
  return bye.success ? reasons[bye.data.reason] : 'cut';
}
