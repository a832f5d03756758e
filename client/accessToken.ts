/** A token is replaced this long before it expires, so that it does not expire on the way. */
const marginMs = 10_000;

/** When a token (JWT) expires, Unix time in ms; undefined where it does not say. */
export function expiryOf(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims = JSON.parse(atob(payload)) as { exp?: unknown } | null;
    return typeof claims?.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The token one has, fetched anew when it expired or was refused. */
export class AccessToken {
  readonly #ask: (() => Promise<string>) | undefined;
  #token: string | undefined;

  constructor(given: string | (() => Promise<string>)) {
    if (typeof given === 'string') this.#token = given;
    else this.#ask = given;
  }

  /** Throws what the app's own function throws. */
  async get(nowMs = Date.now()): Promise<string> {
    if (this.#ask === undefined) return this.#token ?? '';
    if (this.#token === undefined || (expiryOf(this.#token) ?? Infinity) - marginMs < nowMs) {
      this.#token = await this.#ask();
    }
    return this.#token;
  }

  /** The server refused it; true when another one can be asked for. */
  forget(): boolean {
    if (this.#ask === undefined) return false;
    this.#token = undefined;
    return true;
  }
}
