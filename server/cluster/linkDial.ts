import { io } from 'socket.io-client';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { helloRefusalSchema, welcomeSchema } from '../../protocol/linkFrames.ts';
import type { HelloRefusal } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { LinkHello } from './linkHello.ts';
import type { Greeting } from './linkOpening.ts';
import type { LinkSettings } from './linkSettings.ts';
import { clientWire, linkNamespace } from './linkWire.ts';
import type { LinkWire } from './linkWire.ts';

export type DialOutcome =
  | { ok: true; wire: LinkWire; greeting: Greeting }
  | {
      ok: false;
      code: HelloRefusal | 'unreachable' | 'abandoned' | 'insecure';
      detail?: string;
      version?: number;
    };

export interface DialRequest {
  peer: NodeId;
  url: string;
  greeting: Greeting;
  /** Aborted when the connection is not wanted any more. */
  signal: AbortSignal;
  hello: LinkHello;
  settings: LinkSettings;
}

type LinkOptions = Partial<ManagerOptions & SocketOptions> & { maxPayload: number; localAddress?: string };

/** Opens a connection to the peer, and proves both sides to each other. Never rejects. */
export async function dial(request: DialRequest): Promise<DialOutcome> {
  const { peer, url, greeting, signal, hello, settings } = request;
  if (!URL.canParse(url)) return { ok: false, code: 'unreachable', detail: 'the address is no URL' };
  const { protocol, origin } = new URL(url);
  if (settings.requireTls && protocol !== 'https:')
    return { ok: false, code: 'insecure', detail: 'the address is not https' };
  const { token, nonce } = await hello.hello(peer, greeting);
  if (signal.aborted) return { ok: false, code: 'abandoned' };
  const options: LinkOptions = {
    path: settings.path,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    autoConnect: false,
    timeout: settings.openTimeoutMs,
    maxPayload: settings.maxMessageBytes * 2,
    auth: { token },
    ...(settings.localAddress !== undefined && { localAddress: settings.localAddress }),
    ...(settings.ca !== undefined && { ca: settings.ca }),
  };
  const socket = io(origin + linkNamespace, options);
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome: DialOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
      socket.off('connect_error');
      if (!outcome.ok) socket.disconnect();
      resolve(outcome);
    };
    const abandon = (): void => settle({ ok: false, code: 'abandoned' });
    const timer = setTimeout(() => {
      settle({ ok: false, code: 'unreachable', detail: 'no answer in time' });
    }, settings.openTimeoutMs);
    signal.addEventListener('abort', abandon);
    socket.on('connect_error', (error) => {
      const refusal = helloRefusalSchema.safeParse((error as { data?: unknown }).data);
      settle(
        refusal.success
          ? { ok: false, code: refusal.data.code, ...versionOf(refusal.data.version) }
          : { ok: false, code: 'unreachable', detail: reasonOf(error) },
      );
    });
    socket.on('disconnect', () => {
      settle({ ok: false, code: 'unreachable', detail: 'closed before it was open' });
    });
    socket.once('welcome', (message: unknown) => {
      const welcome = welcomeSchema.safeParse(message);
      if (!welcome.success) {
        settle({ ok: false, code: 'unauthorized', detail: 'not a welcome' });
        return;
      }
      void hello.checkWelcome(welcome.data.token, peer, nonce).then((check) => {
        if (!check.ok) {
          const { code, detail, version } = check;
          settle({ ok: false, code, ...(detail !== undefined && { detail }), ...versionOf(version) });
        } else if (!settled) {
          settle({ ok: true, wire: clientWire(socket), greeting: check.greeted });
        }
      });
    });
    socket.connect();
  });
}

function versionOf(version: number | undefined): { version?: number } {
  return version === undefined ? {} : { version };
}

/** What the operating system or TLS says, which socket.io wraps twice. */
function reasonOf(error: Error): string {
  const { description } = error as { description?: unknown };
  const inner = (description as { error?: { message?: unknown; code?: unknown } } | undefined)?.error;
  // Where several addresses were tried the message is empty.
  const words = [inner?.message, inner?.code, error.message];
  return (words.find((word) => typeof word === 'string' && word !== '') as string).slice(0, 200);
}
