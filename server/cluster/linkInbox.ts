import type { Logger } from 'pino';
import type { Result } from '../../protocol/errors.ts';
import { linkError } from '../../protocol/linkErrors.ts';
import type { LinkError, LinkErrorCode } from '../../protocol/linkErrors.ts';
import { callFrameSchema, tellFrameSchema } from '../../protocol/linkFrames.ts';
import type { AnswerFrame, CallFrame } from '../../protocol/linkFrames.ts';
import { nodeCalls, nodeTells } from '../../protocol/nodeMessages.ts';
import type {
  HandledCallName,
  NodeCallContext,
  NodeHandlers,
  NodeTellName,
} from '../../protocol/nodeMessages.ts';
import type { NodeId } from '../../protocol/network.ts';
import { AnswerCache } from './answerCache.ts';
import type { LinkSettings } from './linkSettings.ts';

export interface LinkInboxParts {
  from: NodeId;
  settings: LinkSettings;
  handlers: NodeHandlers;
  log: Logger;
  /** Sends over whatever connection there is by then, or over none: a peer who is back asks again. */
  answer(frame: AnswerFrame): void;
  pinged(held: boolean): void;
  /** Something was refused that only a broken or hostile peer sends, or a newer one. */
  wrong(code: LinkErrorCode): void;
}

/** Handlers without their types, after the schema has seen to those. */
type AnyHandler = (context: NodeCallContext, request: unknown) => Result<unknown> | Promise<Result<unknown>>;
type AnyTellHandler = (from: NodeId, payload: unknown) => void;

/** What another node says: checked, and handled in the order it came, each call once. */
export class LinkInbox {
  readonly #parts: LinkInboxParts;
  #answers: AnswerCache;
  /** Ends the waiting for each call that is worked on. */
  readonly #giveUps = new Set<() => void>();

  constructor(parts: LinkInboxParts) {
    this.#parts = parts;
    this.#answers = this.#noAnswers();
  }

  /** Calls of this peer that are worked on. */
  get running(): number {
    return this.#giveUps.size;
  }

  /** The run of the peer's process that asked so far is gone: nobody waits for its answers, and the next counts anew. */
  reset(): void {
    this.#answers = this.#noAnswers();
    for (const giveUp of this.#giveUps) giveUp();
  }

  /** The answer says whether it was only the heartbeat. */
  call(frame: unknown): 'ping' | 'call' {
    const parsed = callFrameSchema.safeParse(frame);
    if (!parsed.success) this.#parts.wrong('bad-request');
    else if (parsed.data.name === 'ping') {
      this.#pong(parsed.data);
      return 'ping';
    } else this.#once(parsed.data);
    return 'call';
  }

  #once(call: CallFrame): void {
    this.#answers.settle(call.settled);
    const seen = this.#answers.look(call.id);
    switch (seen.kind) {
      case 'new':
        this.#answers.begin(call.id);
        this.#run(call);
        return;
      case 'answered':
        this.#parts.answer(seen.answer);
        return;
      case 'forgotten':
        this.#parts.answer({ id: call.id, ...linkError('forgotten') });
        return;
      case 'running':
        return; // its answer goes out when it is there
      default:
        seen satisfies never;
    }
  }

  tell(frame: unknown): void {
    const parsed = tellFrameSchema.safeParse(frame);
    if (!parsed.success || !Object.hasOwn(nodeTells, parsed.data.name)) {
      this.#parts.wrong(parsed.success ? 'unknown-call' : 'bad-request');
      return;
    }
    const name = parsed.data.name as NodeTellName;
    const payload = nodeTells[name].payload.safeParse(parsed.data.payload);
    if (!payload.success) {
      this.#parts.wrong('bad-request');
      return;
    }
    try {
      (this.#parts.handlers.tells[name] as AnyTellHandler)(this.#parts.from, payload.data);
    } catch (error) {
      this.#parts.log.error({ err: error, message: name }, 'a handler of node messages failed');
    }
  }

  #pong({ id, payload }: CallFrame): void {
    const ping = nodeCalls.ping.request.safeParse(payload);
    if (!ping.success) {
      this.#parts.wrong('bad-request');
      return;
    }
    this.#parts.answer({ id, ok: true, value: { sentAtMs: ping.data.sentAtMs } });
    this.#parts.pinged(ping.data.held);
  }

  #run({ id, name, payload, timeoutMs }: CallFrame): void {
    const answers = this.#answers;
    const finish = (answer: AnswerFrame): void => {
      const bytes = jsonBytes(answer);
      const fits = bytes !== undefined && bytes <= this.#parts.settings.maxMessageBytes;
      const sent: AnswerFrame = fits ? answer : { id, ...linkError('too-large', 'the answer') };
      // Of an earlier run of the peer, or answered already when the time was over.
      if (answers !== this.#answers || !answers.finish(sent, bytes ?? 0)) return;
      this.#parts.answer(sent);
    };
    const refuse = (code: 'unknown-call' | 'bad-request' | 'busy', detail?: string): void => {
      if (code !== 'busy') this.#parts.wrong(code);
      finish({ id, ...linkError(code, detail) });
    };
    if (!Object.hasOwn(nodeCalls, name)) {
      refuse('unknown-call');
      return;
    }
    const request = nodeCalls[name as HandledCallName].request.safeParse(payload);
    if (!request.success) {
      const [issue] = request.error.issues;
      refuse('bad-request', issue && `${issue.path.join('.')}: ${issue.message}`.slice(0, 200));
    } else if (this.#giveUps.size >= this.#parts.settings.maxRunning) refuse('busy');
    else
      void this.#handle(name as HandledCallName, request.data, timeoutMs).then((end) =>
        finish({ id, ...end }),
      );
  }

  /** The handler's answer, or the end of the time it had. Begins in the same turn, so that calls stay in order. */
  async #handle(
    name: HandledCallName,
    request: unknown,
    timeoutMs: number,
  ): Promise<{ ok: true; value: unknown } | { ok: false; error: LinkError }> {
    const handler = this.#parts.handlers.calls[name] as AnyHandler;
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let giveUp = (): void => undefined;
    const givenUp = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    this.#giveUps.add(giveUp);
    try {
      const answer = handler({ from: this.#parts.from, signal: over.signal }, request);
      if (answer instanceof Promise) timer = setTimeout(giveUp, timeoutMs);
      const result = answer instanceof Promise ? await Promise.race([answer, givenUp]) : answer;
      if (result === undefined) {
        over.abort();
        return linkError('timeout');
      }
      return result.ok ? result : { ok: false, error: { code: 'refused', refusal: result.error } };
    } catch (error) {
      this.#parts.log.error({ err: error, message: name }, 'a handler of node messages failed');
      return linkError('failed');
    } finally {
      clearTimeout(timer);
      this.#giveUps.delete(giveUp);
    }
  }

  #noAnswers(): AnswerCache {
    const { maxAnswers, maxAnswerBytes } = this.#parts.settings;
    return new AnswerCache(maxAnswers, maxAnswerBytes);
  }
}

/** The size of what is sent, bytes; undefined for what JSON cannot say. */
export function jsonBytes(value: unknown): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return undefined;
  }
}
