import type { ComponentChildren } from 'preact';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

interface ButtonProps {
  /** Stable name for automation, see docs/automation.md. */
  testId: string;
  /** Absent where its form says what happens. */
  onClick?: () => void;
  children: ComponentChildren;
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  type?: 'button' | 'submit';
  disabled?: boolean;
  autofocus?: boolean;
}

export function Button({
  testId,
  look = 'plain',
  icon,
  type = 'button',
  onClick = () => undefined,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      class={`button button-${look}`}
      data-testid={testId}
      onClick={once(onClick)}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} size={20} />}
      <span>{children}</span>
    </button>
  );
}

/** A double click means one: its second half would hit what has taken the button's place, e.g. the next request. */
export function once(act: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail < 2) act();
  };
}

interface IconButtonProps {
  testId: string;
  icon: IconName;
  /** Its name for everybody who does not see the icon, and its tip for those who do. */
  label: string;
  onClick?: () => void;
  /** Short word under the icon where there is room. */
  caption?: string;
  /** For switches: `true` is on. */
  pressed?: boolean;
  /** For openers of a popover, beside its id: the browser opens and closes it. */
  expanded?: boolean;
  popovertarget?: string;
  haspopup?: 'menu';
  tone?: 'normal' | 'off' | 'accent' | 'danger';
  badge?: number;
  disabled?: boolean;
  keys?: string;
}

/** A round button of a bar. */
export function IconButton(props: IconButtonProps) {
  const {
    testId,
    icon,
    label,
    caption,
    pressed,
    expanded,
    haspopup,
    tone = 'normal',
    badge = 0,
    keys,
    ...rest
  } = props;
  return (
    <button
      type="button"
      class="icon-button"
      data-tone={tone}
      data-testid={testId}
      aria-label={badge > 0 ? `${label}, ${badge}` : label}
      title={keys === undefined ? label : `${label} (${keys})`}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={haspopup}
      aria-keyshortcuts={keys}
      {...rest}
    >
      <span class="icon-button-disc">
        <Icon name={icon} />
        {badge > 0 && <span class="badge">{badge > 99 ? '99+' : badge}</span>}
      </span>
      {caption !== undefined && <span class="icon-button-caption">{caption}</span>}
    </button>
  );
}
