import { z } from 'zod';
import { nameSchema, participantIdSchema, roomIdSchema } from './identity.ts';
import { rightSchema, rightsOfRole, roleSchema } from './roles.ts';

/** The claims of an access token (JWT, HS256). `sub` is the identity, `exp` is in seconds since 1970. */
export const tokenClaimsSchema = z.object({
  room: roomIdSchema,
  sub: participantIdSchema,
  name: nameSchema,
  role: roleSchema,
  rights: z.array(rightSchema).max(16),
  exp: z.number().int().positive(),
});
export type TokenClaims = z.infer<typeof tokenClaimsSchema>;

/** Body of `POST /v1/rooms/{room}/tokens`. `rights` may only narrow what the role has. */
export const tokenRequestSchema = z
  .strictObject({
    identity: participantIdSchema,
    name: nameSchema,
    role: roleSchema,
    rights: z.array(rightSchema).max(16).optional(),
    ttlSeconds: z
      .number()
      .int()
      .min(10)
      .max(24 * 3600)
      .default(3600),
  })
  .refine((request) => (request.rights ?? []).every((right) => rightsOfRole[request.role].includes(right)), {
    error: 'rights may only narrow what the role has',
    path: ['rights'],
  });
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** Answer of `POST /v1/rooms/{room}/tokens`. */
export interface TokenResponse {
  token: string;
  expiresAt: string;
}
