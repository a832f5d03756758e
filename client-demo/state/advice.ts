import { TributaryError } from '../../client/tributary.ts';
import { NoTokenError } from './accessToken.ts';
import { permissionSteps } from './permissionSteps.ts';
import type { Departure } from './session.ts';

export type Remedy = 'retry' | 'countdown' | 'reload' | 'cohost' | 'rejoin' | 'home';

/** What a person is told when he cannot be in the room: what happened, and what he can do. */
export interface Advice {
  title: string;
  body: string;
  /** The first is the one to offer large. */
  remedies: Remedy[];
  retryAfterMs?: number;
}

const defaultRetryMs = 8000;

const byCode: Partial<Record<string, Omit<Advice, 'retryAfterMs'>>> = {
  'room-full': {
    title: 'The room is full',
    body: 'Everybody who fits is in. A place may get free any moment.',
    remedies: ['countdown', 'home'],
  },
  overloaded: {
    title: 'Very busy right now',
    body: 'The server has all the people it can take.',
    remedies: ['countdown', 'home'],
  },
  draining: {
    title: 'Back in a moment',
    body: 'The server is being restarted.',
    remedies: ['countdown', 'home'],
  },
  unreachable: {
    title: 'No connection',
    body: 'The server cannot be reached. Check that you are online.',
    remedies: ['countdown', 'home'],
  },
  'media-unavailable': {
    title: 'Picture and sound are not ready',
    body: 'The media server is catching its breath.',
    remedies: ['countdown', 'home'],
  },
  'home-away': {
    title: 'The room is finding its server again',
    body: 'The server that keeps it cannot be reached just now.',
    remedies: ['countdown', 'home'],
  },
  'rate-limited': {
    title: 'A little too fast',
    body: 'Too many tries in a short time.',
    remedies: ['countdown', 'home'],
  },
  'media-failed': {
    title: 'Picture and sound cannot get through',
    body: 'A firewall may be in the way. Another network, such as a phone’s, often helps.',
    remedies: ['retry', 'home'],
  },
  'host-present': {
    title: 'Somebody is hosting already',
    body: 'A room has one host. You can join as a co-host, or open a room of your own.',
    remedies: ['cohost', 'home'],
  },
  'stage-full': {
    title: 'Every seat on stage is taken',
    body: 'Ask the host to free a seat, then try again.',
    remedies: ['retry', 'home'],
  },
  banned: {
    title: 'You cannot enter this room',
    body: 'The host has closed this room to you.',
    remedies: ['home'],
  },
  'token-missing': {
    title: 'A link with access is needed',
    body: 'Open the full link that you were given.',
    remedies: ['home'],
  },
  'token-invalid': {
    title: 'This link does not open the room',
    body: 'It was made for another server or another room. Ask for a new one.',
    remedies: ['home'],
  },
  'token-expired': {
    title: 'This link has expired',
    body: 'Ask whoever sent it for a new one.',
    remedies: ['home'],
  },
  'unsupported-browser': {
    title: 'This browser cannot show live video',
    body: 'Use a current Chrome, Edge, Firefox or Safari.',
    remedies: ['home'],
  },
  'insecure-page': {
    title: 'This page is not secure',
    body: 'Browsers give camera and microphone only to pages served over https. Open the https address.',
    remedies: ['home'],
  },
  'unsupported-protocol': {
    title: 'A newer version is out',
    body: 'This page is older or newer than the server.',
    remedies: ['reload'],
  },
  'not-allowed': {
    title: 'Not for this link',
    body: 'Your access does not allow this. Ask for a link with the right role.',
    remedies: ['home'],
  },
};

/** Turns a failure to be in a room into words and ways on. */
export function adviceFor(failure: Error | null): Advice {
  if (failure instanceof NoTokenError) {
    return { title: 'A link with access is needed', body: failure.message, remedies: ['home'] };
  }
  if (!(failure instanceof TributaryError)) {
    return {
      title: 'That did not work',
      body: failure?.message ?? 'Something went wrong.',
      remedies: ['retry', 'home'],
    };
  }
  const known = byCode[failure.code] ?? {
    title: 'That did not work',
    body: failure.message,
    remedies: ['retry', 'home'],
  };
  const retryAfterMs = failure.retryAfterMs ?? defaultRetryMs;
  return known.remedies.includes('countdown') ? { ...known, retryAfterMs } : known;
}

/** What is said to somebody whom the server let go. */
export function adviceAfter(departure: Departure, hosting: boolean): Advice {
  switch (departure.reason) {
    case 'ended':
      return {
        title: hosting ? 'Your show has ended' : 'The show has ended',
        body:
          departure.durationMs === undefined
            ? 'Thank you for being here.'
            : `It was live for ${inWords(departure.durationMs)}.`,
        remedies: hosting ? ['rejoin', 'home'] : ['home'],
      };
    case 'kicked':
      return {
        title: 'The host let you go',
        body: 'You were taken out of this room. You may come back if you keep to its rules.',
        remedies: ['rejoin', 'home'],
      };
    case 'banned':
      return {
        title: 'You cannot return to this room',
        body: 'The host has closed this room to you.',
        remedies: ['home'],
      };
    case 'replaced':
      return {
        title: 'You are here in another tab',
        body: 'This room was opened with the same name tag somewhere else, and that one took over.',
        remedies: ['rejoin', 'home'],
      };
    case 'shutdown':
      return {
        title: 'Back in a moment',
        body: 'The server is being restarted.',
        remedies: ['retry', 'home'],
      };
    default:
      return departure.reason satisfies never;
  }
}

/** A duration as one says it, e.g. "1 hour 5 minutes". */
export function inWords(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  if (said.length === 0) return 'a moment';
  return said.map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(' ');
}

/** What is wrong with a camera or microphone that cannot be had, and what to do about it. */
export function deviceAdvice(
  sources: readonly ('camera' | 'microphone')[],
  code: string,
): { title: string; body: string } {
  const both = sources.length > 1;
  const word = both ? 'Camera and microphone' : sources[0] === 'camera' ? 'Camera' : 'Microphone';
  switch (code) {
    case 'permission-denied':
      return {
        title: `${word} not allowed`,
        body: `${permissionSteps(navigator.userAgent)} Or start without.`,
      };
    case 'no-device':
      return {
        title: `No ${sources.join(' and no ')} found`,
        body: 'Plug one in and try again, or start without.',
      };
    case 'device-busy':
      return {
        title: `${word} ${both ? 'are' : 'is'} in use`,
        body: 'Close the other program that uses it and try again, or start without.',
      };
    case 'insecure-page':
      return {
        title: `${word} need${both ? '' : 's'} https`,
        body: 'Browsers give devices only to secure pages. Open the https address.',
      };
    default:
      return { title: `${word} did not start`, body: 'Try another device, or start without.' };
  }
}
