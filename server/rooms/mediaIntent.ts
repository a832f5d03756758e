import type { ParticipantId, Source } from '../../protocol/identity.ts';
import type { Actor, Toggle } from './commands.ts';
import { seatHolder, withHolder } from './roomState.ts';
import type { RoomState, SeatHolder, Step } from './roomState.ts';

/** The lock that holds a source back. A shared screen carries the same sound or picture under another name. */
const lockOf: Record<Source, Toggle> = {
  microphone: 'microphone',
  'screen-audio': 'microphone',
  camera: 'camera',
  screen: 'camera',
};

/** Whether a moderator keeps this source of his off. */
export function isLocked(holder: SeatHolder, source: Source): boolean {
  return holder.intent.locked[lockOf[source]];
}

/** Whether this source of his must not flow, whatever his page sends. */
export function isPaused(holder: SeatHolder, source: Source): boolean {
  if (source === 'microphone' || source === 'camera') return !holder.intent[source];
  return isLocked(holder, source);
}

/** Turns one's own microphone or camera on or off, seen from the version the asker knows. */
export function setIntent(
  state: RoomState,
  by: Actor,
  wanted: { version: number; microphone?: boolean; camera?: boolean },
): Step {
  const holder = seatHolder(state, by.id);
  if (holder === undefined) return 'not-on-stage';
  const { intent, hushed } = holder;
  if (wanted.version !== intent.version) return 'stale-intent';
  const microphone = wanted.microphone ?? intent.microphone;
  const camera = wanted.camera ?? intent.camera;
  if ((microphone && intent.locked.microphone) || (camera && intent.locked.camera)) return 'muted-by-host';
  if (microphone === intent.microphone && camera === intent.camera) return state;
  return withHolder(state, {
    ...holder,
    intent: { ...intent, version: intent.version + 1, microphone, camera },
    hushed: { microphone: hushed.microphone && !microphone, camera: hushed.camera && !camera },
  });
}

/** Turns somebody's source off; he may turn it on again himself. */
export function mute(state: RoomState, by: Actor, id: ParticipantId, source: Toggle): Step {
  const holder = moderated(state, by, id);
  if (typeof holder === 'string') return holder;
  return holder.intent[source] ? withHolder(state, turnedOff(holder, source)) : state;
}

/** Locks somebody's source off, or lets him turn it on again; it never turns anything on. */
export function allow(
  state: RoomState,
  by: Actor,
  id: ParticipantId,
  source: Toggle,
  allowed: boolean,
): Step {
  const holder = moderated(state, by, id);
  if (typeof holder === 'string') return holder;
  if (holder.intent.locked[source] === !allowed) return state;
  const { intent, hushed } = allowed ? holder : turnedOff(holder, source);
  return withHolder(state, {
    ...holder,
    intent: {
      ...intent,
      version: holder.intent.version + 1,
      locked: { ...intent.locked, [source]: !allowed },
    },
    hushed: { ...hushed, [source]: !allowed },
  });
}

function turnedOff(holder: SeatHolder, source: Toggle): SeatHolder {
  const { intent, hushed } = holder;
  return {
    ...holder,
    intent: { ...intent, version: intent.version + 1, [source]: false },
    hushed: { ...hushed, [source]: true },
  };
}

/** The seat holder, when this asker may decide over him. */
function moderated(
  state: RoomState,
  by: Actor,
  id: ParticipantId,
): SeatHolder | 'not-allowed' | 'no-such-participant' {
  if (!by.rights.includes('moderate') || id === state.hostId) return 'not-allowed';
  return seatHolder(state, id) ?? 'no-such-participant';
}
