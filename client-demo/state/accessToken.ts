import { TributaryError } from '../../client/tributary.ts';
import { fragmentParameter } from '../router.ts';

export interface TokenWish {
  room: string;
  identity: string;
  name: string;
  role: 'host' | 'cohost' | 'moderator' | 'viewer';
}

/** No token in the address, and the server makes none by itself. */
export class NoTokenError extends Error {
  constructor() {
    super('This server gives out no tokens by itself; open the link that you were given.');
    this.name = 'NoTokenError';
  }
}

/** The token in the address, which an app gave; then access, names and links are the app's. */
export function givenToken(): string | undefined {
  const given = fragmentParameter('token');
  return given === null || given === '' ? undefined : given;
}

/** Makes the function that fetches a token: the address's `#token=`, else one from a server in development mode. */
export function tokenSource(wish: TokenWish): () => Promise<string> {
  return async () => {
    const given = givenToken();
    if (given !== undefined) return given;
    const answer = await fetch('/dev/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    }).catch(() => {
      throw new TributaryError('unreachable');
    });
    if (answer.status === 404) throw new NoTokenError();
    if (!answer.ok) throw new Error(`The server refused to make a token (${answer.status}).`);
    const { token } = (await answer.json()) as { token: string };
    return token;
  };
}
