import { hueOf, initialsOf } from './tileModel.ts';

/** Stands for a person without a picture: letters on a quiet colour that is always his. */
export function Initials({ name }: { name: string }) {
  return (
    <span class="initials" style={{ '--hue': String(hueOf(name)) }} aria-hidden="true">
      <span>{initialsOf(name)}</span>
    </span>
  );
}
