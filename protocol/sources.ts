export const sources = ['camera', 'microphone', 'screen', 'screen-audio'] as const;
/** Where a feed's media comes from. A participant has at most one feed of each source. */
export type Source = (typeof sources)[number];

export type MediaKind = 'audio' | 'video';

/** The kind of media a source carries. */
export function kindOf(source: Source): MediaKind {
  return source === 'camera' || source === 'screen' ? 'video' : 'audio';
}
