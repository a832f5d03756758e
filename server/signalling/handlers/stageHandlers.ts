import { done, refuse } from '../../../protocol/errors.ts';
import type { Result } from '../../../protocol/errors.ts';
import type { Nothing } from '../../../protocol/clientMessages.ts';
import type { Command } from '../../rooms/commands.ts';
import type { HandlerContext, HandlersOf } from './handlerTable.ts';

async function run({ live }: HandlerContext, command: Command): Promise<Result<Nothing>> {
  const result = await live.room.run(command);
  return result.ok ? done({}) : result;
}

/** Seats, requests, invitations, mute state and moderation: each message is one command to the room. */
export function stageHandlers(): HandlersOf<'stage' | 'intent' | 'moderate' | 'audience' | 'room'> {
  return {
    'stage.request': async (context) => {
      const { live, actor } = context;
      const asked = await run(context, { type: 'request', by: actor });
      if (!asked.ok) return asked;
      // An invited person who asks is on stage at once and has no request that could expire.
      return done({ expiresAtMs: live.room.self(actor.id)?.request?.expiresAtMs ?? 0 });
    },
    'stage.withdraw': (context) => run(context, { type: 'withdraw', by: context.actor }),
    'stage.accept': (context, { participantId }) =>
      run(context, { type: 'accept', by: context.actor, id: participantId }),
    'stage.refuse': (context, { participantId }) =>
      run(context, { type: 'refuse', by: context.actor, id: participantId }),
    'stage.invite': async (context, { participantId }) => {
      const invited = await context.live.room.find(participantId);
      if (invited === undefined) return refuse('no-such-participant');
      return run(context, { type: 'invite', by: context.actor, id: participantId, name: invited.name });
    },
    'stage.uninvite': (context, { participantId }) =>
      run(context, { type: 'uninvite', by: context.actor, id: participantId }),
    'stage.acceptInvitation': (context) => run(context, { type: 'acceptInvitation', by: context.actor }),
    'stage.declineInvitation': (context) => run(context, { type: 'declineInvitation', by: context.actor }),
    'stage.leave': (context) => run(context, { type: 'leaveStage', by: context.actor }),
    'stage.remove': (context, { participantId }) =>
      run(context, { type: 'removeFromStage', by: context.actor, id: participantId }),

    'intent.set': async (context, { version, microphone, camera }) => {
      const { live, actor } = context;
      const set = await run(context, {
        type: 'setIntent',
        by: actor,
        version,
        ...(microphone === undefined ? {} : { microphone }),
        ...(camera === undefined ? {} : { camera }),
      });
      if (!set.ok) return set;
      const member = live.room.view().stage.find(({ id }) => id === actor.id);
      return member === undefined ? refuse('not-on-stage') : done({ version: member.intent.version });
    },

    'moderate.mute': (context, { participantId, source }) =>
      run(context, { type: 'mute', by: context.actor, id: participantId, source }),
    'moderate.allow': (context, { participantId, source, allowed }) =>
      run(context, { type: 'allow', by: context.actor, id: participantId, source, allowed }),
    'moderate.kick': async (context, { participantId }) => {
      // So that the room's home knows him too, where he is at another node.
      await context.live.room.find(participantId);
      return run(context, { type: 'kick', by: context.actor, id: participantId });
    },
    'moderate.ban': async (context, { participantId }) => {
      const name = (await context.live.room.find(participantId))?.name ?? participantId;
      return run(context, { type: 'ban', by: context.actor, id: participantId, name });
    },
    'moderate.unban': (context, { participantId }) =>
      run(context, { type: 'unban', by: context.actor, id: participantId }),
    'audience.list': async ({ live, actor }, { offset, limit }) =>
      actor.rights.includes('moderate')
        ? done(await live.room.audience(offset, limit))
        : refuse('not-allowed'),

    'room.end': (context) => run(context, { type: 'end', by: context.actor }),
  };
}
