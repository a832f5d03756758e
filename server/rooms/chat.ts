import { limits } from '../../protocol/limits.ts';
import type { ChatMessage } from '../../protocol/roomView.ts';
import type { Actor } from './commands.ts';
import { seatHolder } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';

/** Says something to everybody; the last messages are kept for those who come later. */
export function chat(state: RoomState, by: Actor, text: string, nowMs: number): Step {
  if (!by.rights.includes('chat')) return 'not-allowed';
  const message: ChatMessage = {
    id: state.nextChatId,
    from: by.id,
    name: by.name,
    role: seatHolder(state, by.id)?.role ?? by.role,
    text,
    sentAtMs: nowMs,
  };
  const kept = [...state.chat.slice(1 - limits.chatHistory), message];
  return {
    state: { ...state, chat: kept, nextChatId: message.id + 1 },
    effects: [{ type: 'chat', message }],
  };
}
