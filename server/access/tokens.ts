import { SignJWT, errors as joseErrors, jwtVerify } from 'jose';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import { rightsOfRole } from '../../protocol/roles.ts';
import { tokenClaimsSchema } from '../../protocol/tokens.ts';
import type { TokenClaims, TokenRequest, TokenResponse } from '../../protocol/tokens.ts';

const algorithm = 'HS256';
const issuer = 'tributary';
const audience = 'tributary';
/** What the clocks of two nodes may differ by. */
const clockToleranceSeconds = 5;

/** Issues and checks access tokens: signed JWTs that say who may do what in which room. */
export interface Tokens {
  issue(room: RoomId, request: TokenRequest): Promise<TokenResponse>;
  /** The claims of a good token, its rights never more than its role has. */
  verify(token: string): Promise<Result<TokenClaims>>;
}

/** Makes the token office of one node; `secret` is the same on all nodes of a network. */
export function createTokens(secret: string, now: () => number = Date.now): Tokens {
  const key = new TextEncoder().encode(secret);
  return {
    async issue(room, { identity, name, role, rights, ttlSeconds }) {
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + ttlSeconds;
      const token = await new SignJWT({ room, name, role, rights: [...(rights ?? rightsOfRole[role])] })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setSubject(identity)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key);
      return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
    },

    async verify(token) {
      if (token === '') return refuse('token-missing');
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(now()),
          requiredClaims: ['exp'],
        });
        const claims = tokenClaimsSchema.safeParse(payload);
        if (!claims.success) return refuse('token-invalid', claims.error.issues[0]?.path.join('.'));
        const { role, rights } = claims.data;
        // Roles may lose rights while tokens issued before are still out.
        return done({ ...claims.data, rights: rights.filter((right) => rightsOfRole[role].includes(right)) });
      } catch (error) {
        if (error instanceof joseErrors.JWTExpired) return refuse('token-expired');
        if (error instanceof joseErrors.JOSEError) return refuse('token-invalid');
        throw error;
      }
    },
  };
}
