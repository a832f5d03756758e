/** What people can throw at the stage; shown as icons, counted in batches. */
export const reactionKinds = ['heart', 'clap', 'laugh', 'wow', 'fire', 'thumbs-up'] as const;
export type ReactionKind = (typeof reactionKinds)[number];
