import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import { stateDeltaSchema } from '../../protocol/roomReplication.ts';
import type { RoomSettings } from './commands.ts';
import type { RoomState } from './roomState.ts';
import type { RoomWire } from './roomWire.ts';
import { fromWhole } from './stateDelta.ts';
import type { Position } from './stepLog.ts';

/** The first part of a whole state, and how many there are. */
interface FirstPart extends Position {
  parts: number;
  text: string;
}

export interface StateAt {
  at: Position;
  state: RoomState;
}

/** A whole state from another node; undefined where it cannot be had, or went on before all parts were here. */
export async function fetchWhole(
  wire: RoomWire,
  from: NodeId,
  roomId: RoomId,
  settings: RoomSettings,
  first?: FirstPart,
): Promise<StateAt | undefined> {
  const begun = first ?? (await askPart(wire, from, { roomId, part: 0 }));
  if (begun === undefined) return undefined;
  const at = { epoch: begun.epoch, seq: begun.seq };
  let { text } = begun;
  for (let part = 1; part < begun.parts; part += 1) {
    const next = await askPart(wire, from, { roomId, part, at });
    if (next === undefined) return undefined;
    text += next.text;
  }
  const whole = stateDeltaSchema.safeParse(parsedJson(text));
  return whole.success ? { at, state: fromWhole(roomId, settings, whole.data) } : undefined;
}

async function askPart(
  wire: RoomWire,
  from: NodeId,
  request: { roomId: RoomId; part: number; at?: Position },
): Promise<FirstPart | undefined> {
  const answer = await wire.ask(from, 'room.whole', request);
  return answer.ok ? answer.value : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
