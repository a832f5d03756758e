import { randomBytes } from 'node:crypto';
import { SignJWT, errors as joseErrors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { greetingClaimsSchema } from '../../protocol/linkFrames.ts';
import type { HelloRefusal } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Greeting } from './linkOpening.ts';

const algorithm = 'HS256';
const lifetimeSeconds = 60;
/** What the clocks of two nodes may differ by. */
const clockToleranceSeconds = 5;
const shortestSecretBytes = 32;
/** Nonces remembered. Only who has the secret can make one be remembered, so this many means that something is wrong. */
const mostNonces = 100_000;

/** Who greets, proven. `key` is the secret the greeting was signed with, and the one that answers it. */
export interface Greeted extends Greeting {
  from: NodeId;
  nonce: string;
  key: Uint8Array;
}

export type GreetingCheck =
  | { ok: true; greeted: Greeted }
  /** `from` and `version` are proven where they are given. */
  | { ok: false; code: HelloRefusal; detail?: string; from?: NodeId; version?: number };

export interface LinkHelloParts {
  self: NodeId;
  /**
   * Shared by all nodes, 32 bytes or more each. The first signs, every one is accepted. To change it: add the new one
   * behind the old on every node, then put it first on every node, then take the old one away.
   */
  secrets: readonly string[];
  protocolVersion: number;
  /** Unix time, ms. */
  now(): number;
}

/** Makes and checks what two nodes say first: short-lived signed tokens, each for one peer and one use. */
export class LinkHello {
  readonly #parts: LinkHelloParts;
  readonly #keys: Uint8Array[];
  readonly #startedAtSeconds: number;
  /** When each nonce may be forgotten, in the order they came. */
  readonly #nonces = new Map<string, number>();

  constructor(parts: LinkHelloParts) {
    this.#parts = parts;
    this.#keys = parts.secrets.map((secret) => new TextEncoder().encode(secret));
    if (this.#keys.length === 0 || this.#keys.some(({ length }) => length < shortestSecretBytes))
      throw new Error(`the cluster secret has to have ${shortestSecretBytes} bytes or more`);
    this.#startedAtSeconds = Math.floor(parts.now() / 1000);
  }

  /** Greets the peer; the welcome has to bring the nonce back. */
  async hello(peer: NodeId, greeting: Greeting): Promise<{ token: string; nonce: string }> {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('no cluster secret');
    const nonce = randomBytes(24).toString('base64url');
    return { nonce, token: await this.#sign('hello', peer, greeting, nonce, key) };
  }

  /** Answers a hello that was accepted, so that whoever greeted knows us too. */
  welcome(hello: Greeted, greeting: Greeting): Promise<string> {
    return this.#sign('welcome', hello.from, greeting, hello.nonce, hello.key);
  }

  async checkHello(token: string): Promise<GreetingCheck> {
    const check = await this.#check('hello', token);
    if (!check.ok) return check;
    const { nonce, from } = check.greeted;
    const nowMs = this.#parts.now();
    for (const [old, forgetAtMs] of this.#nonces) {
      if (forgetAtMs > nowMs) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) return { ok: false, code: 'replayed', from };
    if (this.#nonces.size >= mostNonces) return { ok: false, code: 'full', from };
    this.#nonces.set(nonce, nowMs + (lifetimeSeconds + 2 * clockToleranceSeconds) * 1000);
    return check;
  }

  async checkWelcome(token: string, peer: NodeId, nonce: string): Promise<GreetingCheck> {
    const check = await this.#check('welcome', token);
    if (!check.ok) return check;
    const { greeted } = check;
    if (greeted.from !== peer) return { ok: false, code: 'wrong-address', detail: 'another node answered' };
    return greeted.nonce === nonce ? check : { ok: false, code: 'replayed', from: peer };
  }

  #sign(kind: string, to: NodeId, greeting: Greeting, nonce: string, key: Uint8Array): Promise<string> {
    const issuedAt = Math.floor(this.#parts.now() / 1000);
    const { instance, sequence } = greeting;
    return new SignJWT({ nonce, instance, sequence, version: this.#parts.protocolVersion })
      .setProtectedHeader({ alg: algorithm, typ: typeOf(kind) })
      .setIssuer(this.#parts.self)
      .setAudience(to)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(key);
  }

  async #check(kind: string, token: string): Promise<GreetingCheck> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ: typeOf(kind),
          audience: this.#parts.self,
          clockTolerance: clockToleranceSeconds,
          maxTokenAge: lifetimeSeconds,
          currentDate: new Date(this.#parts.now()),
          requiredClaims: ['iss', 'exp', 'iat'],
        });
        return this.#claims(payload, key);
      } catch (error) {
        if (error instanceof joseErrors.JWSSignatureVerificationFailed) continue;
        return { ok: false, ...refusalFor(error) };
      }
    }
    return { ok: false, code: 'unauthorized', detail: 'signed with none of our secrets' };
  }

  #claims(payload: JWTPayload, key: Uint8Array): GreetingCheck {
    const { version } = payload;
    const claims = greetingClaimsSchema.safeParse(payload);
    const from = claims.data?.iss;
    // Looked at first: the claims of another version may have another form.
    if (typeof version === 'number' && version !== this.#parts.protocolVersion)
      return { ok: false, code: 'version-mismatch', version, ...(from && { from }) };
    if (!claims.success) return { ok: false, code: 'unauthorized', detail: 'claims are missing' };
    const { iss, nonce, instance, sequence } = claims.data;
    if (iss === this.#parts.self) return { ok: false, code: 'wrong-address', detail: 'from ourselves' };
    // A node that starts remembers no nonce: what was made before it started was not made for it.
    if ((payload.iat ?? 0) < this.#startedAtSeconds - clockToleranceSeconds)
      return { ok: false, code: 'expired', detail: 'made before this node started', from: iss };
    return { ok: true, greeted: { from: iss, nonce, instance, sequence, key } };
  }
}

/** A hello must not do as a welcome, nor either as an access token. */
function typeOf(kind: string): string {
  return `tributary-link-${kind}`;
}

function refusalFor(error: unknown): { code: HelloRefusal; detail: string } {
  if (error instanceof joseErrors.JWTExpired) return { code: 'expired', detail: 'too old' };
  if (error instanceof joseErrors.JWTClaimValidationFailed)
    return { code: error.claim === 'aud' ? 'wrong-address' : 'unauthorized', detail: `wrong ${error.claim}` };
  return { code: 'unauthorized', detail: 'not a signed greeting' };
}
