import { z } from 'zod';

export const roles = ['host', 'cohost', 'moderator', 'viewer'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export const rights = ['publish', 'request', 'chat', 'react', 'data', 'moderate', 'end'] as const;
export const rightSchema = z.enum(rights);
/**
 * What a token lets its bearer do: `publish` hold a seat, `request` ask for one, `data` send data messages,
 * `moderate` accept, invite, mute, kick and ban, `end` end the show.
 */
export type Right = z.infer<typeof rightSchema>;

/** What each role may do when its token does not say otherwise; a token can only take away from this. */
export const rightsOfRole: Record<Role, readonly Right[]> = {
  host: ['publish', 'chat', 'react', 'data', 'moderate', 'end'],
  cohost: ['publish', 'chat', 'react', 'data'],
  moderator: ['request', 'chat', 'react', 'data', 'moderate'],
  viewer: ['request', 'chat', 'react'],
};
