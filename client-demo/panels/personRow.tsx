import type { ComponentChildren } from 'preact';
import { IconButton } from '../controls/button.tsx';
import { Menu } from '../controls/menu.tsx';
import type { MenuPart } from '../controls/menu.tsx';
import { Initials } from '../stage/initials.tsx';

interface PersonRowProps {
  id: string;
  name: string;
  note?: string;
  children?: ComponentChildren;
  /** What a moderator can do with this person; nothing hides the button. */
  menu?: readonly MenuPart[];
}

/** One person in a list. */
export function PersonRow({ id, name, note, children, menu = [] }: PersonRowProps) {
  return (
    <li class="person" data-participant-id={id}>
      <Initials name={name} />
      <span class="person-words">
        <span class="person-name" dir="auto" title={name}>
          {name}
        </span>
        {note !== undefined && <small>{note}</small>}
      </span>
      <span class="person-actions">
        {children}
        {menu.length > 0 && (
          <Menu
            label={`Actions for ${name}`}
            items={menu}
            opener={(opens) => (
              <IconButton testId="person-menu" icon="more" label={`Actions for ${name}`} {...opens} />
            )}
          />
        )}
      </span>
    </li>
  );
}
