import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

export interface MenuItem {
  label: string;
  testId: string;
  act: () => void;
  icon?: IconName;
  /** Given for choices: whether this one is chosen. */
  checked?: boolean;
  danger?: boolean;
  /** A small line under the label. */
  note?: string;
}

/** A line between items, or a heading over those that follow. */
export type MenuPart = MenuItem | 'line' | { heading: string };

interface MenuProps {
  label: string;
  items: readonly MenuPart[];
  /** Draws the button that opens it, and hands it on what it is given. */
  opener: (opens: MenuOpener) => ComponentChildren;
}

/**
 * What makes a button a menu's. That it belongs to the menu is for the browser to know: a press on it would else first
 * close the menu as one beside it, and then open it again.
 */
export interface MenuOpener {
  popovertarget: string;
  expanded: boolean;
  haspopup: 'menu';
}

const edgePx = 8;

/** A menu in the top layer: arrow keys move, Escape closes, focus returns to its opener. */
export function Menu({ label, items, opener }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  const anchor = () => document.querySelector<HTMLElement>(`[popovertarget="${id}"]`);
  const toggled = (event: Event) => {
    const opened = (event as ToggleEvent).newState === 'open';
    setOpen(opened);
  };
  // Its items are drawn once it is open.
  useEffect(() => {
    const from = anchor();
    if (!open || menu.current === null || from === null) return;
    place(menu.current, from);
    itemsOf(menu.current)[0]?.focus();
  }, [open]);
  const close = () => {
    menu.current?.hidePopover();
    anchor()?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    // From a menu, Tab goes on behind its opener.
    if (event.key === 'Tab' || event.key === 'Escape') {
      event.stopPropagation();
      return close();
    }
    const all = menu.current === null ? [] : itemsOf(menu.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[to % all.length]?.focus();
  };
  const chosen = (item: MenuItem) => {
    close();
    item.act();
  };
  return (
    <>
      {opener({ popovertarget: id, expanded: open, haspopup: 'menu' })}
      <div
        ref={menu}
        id={id}
        class="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onToggle={toggled}
        onKeyDown={pressed}
      >
        {open && items.map((part, index) => <Part key={index} part={part} onChosen={chosen} />)}
      </div>
    </>
  );
}

function Part({ part, onChosen }: { part: MenuPart; onChosen: (item: MenuItem) => void }) {
  if (part === 'line') return <hr />;
  if ('heading' in part) return <p class="menu-heading">{part.heading}</p>;
  const { label, testId, icon, checked, danger, note } = part;
  return (
    <button
      type="button"
      class="menu-item"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      data-danger={danger}
      data-testid={testId}
      onClick={() => onChosen(part)}
    >
      {icon !== undefined && <Icon name={icon} size={20} />}
      <span class="menu-item-words">
        <span dir="auto">{label}</span>
        {note !== undefined && <small>{note}</small>}
      </span>
      {checked === true && <Icon name="check" size={20} />}
    </button>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('.menu-item')];
}

/** Beside its opener, where there is more room, and never over the window's edge. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  requestAnimationFrame(() => {
    const from = anchor.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const above = from.top > innerHeight - from.bottom;
    const left = Math.min(
      Math.max(edgePx, from.left + from.width / 2 - size.width / 2),
      innerWidth - size.width - edgePx,
    );
    const top = above ? from.top - size.height - edgePx : from.bottom + edgePx;
    menu.style.left = `${left}px`;
    menu.style.top = `${Math.min(Math.max(edgePx, top), Math.max(edgePx, innerHeight - size.height - edgePx))}px`;
    menu.dataset.placed = '';
  });
}
