import type { ReactionKind } from '../../client/tributary.ts';

/** Every icon as the paths of a 24-unit grid, drawn with one stroke; `fill:` in front marks a filled shape. */
const shapes = {
  microphone: [
    'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z',
    'M5.5 11.5a6.5 6.5 0 0 0 13 0',
    'M12 18v3',
  ],
  microphoneOff: [
    'M9 9v2.5a3 3 0 0 0 4.9 2.3',
    'M15 11.2V6.5a3 3 0 0 0-5.7-1.3',
    'M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2',
    'M18.3 13a6.5 6.5 0 0 0 .2-1.5',
    'M12 18v3',
    'M4 4l16 16',
  ],
  camera: [
    'M5 6.5h8.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z',
    'M15.5 10.8l5.5-3v8.4l-5.5-3',
  ],
  cameraOff: [
    'M9.5 6.5h4a2 2 0 0 1 2 2v4.2',
    'M15.5 15.5v0a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2h1',
    'M16.8 11.9l4.2-4.1v8.4l-2-1.1',
    'M4 4l16 16',
  ],
  screen: [
    'M4.5 4.5h15a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.500V6a1.5 1.5 0 0 1 1.5-1.500z',
    'M12 13.500v-6',
    'M9.3 10l2.7-2.7 2.7 2.7',
    'M8.5 20.500h7',
  ],
  screenOff: [
    'M4.5 4.500h15A1.5 1.5 0 0 1 21 6v9.500a1.5 1.5 0 0 1-1.5 1.500h-15A1.5 1.5 0 0 1 3 15.500V6a1.5 1.5 0 0 1 1.5-1.500z',
    'M9.7 8.500l4.6 4.6',
    'M14.3 8.500l-4.6 4.6',
    'M8.5 20.500h7',
  ],
  globe: [
    'M12 3.5a8.5 8.5 0 0 1 0 17a8.5 8.5 0 0 1 0-17z',
    'M3.5 12h17',
    'M12 3.5c3 3 3.6 5.6 3.6 8.5s-.6 5.5-3.6 8.5',
    'M12 3.5c-3 3-3.6 5.6-3.6 8.5s.6 5.5 3.6 8.5',
  ],
  invite: [
    'M10 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
    'M3.5 20a6.5 6.5 0 0 1 11-4.7',
    'M18 14.500v6',
    'M15 17.500h6',
  ],
  layout: ['M4.5 4.500h6v6h-6z', 'M13.5 4.500h6v6h-6z', 'M4.5 13.500h6v6h-6z', 'M13.5 13.500h6v6h-6z'],
  speaker: [
    'M4.5 4.500h15v9.500h-15z',
    'M4.5 17h3.500v2.500H4.500z',
    'M10.25 17h3.500v2.500h-3.500z',
    'M16 17h3.500v2.500H16z',
  ],
  more: [
    'fill:M5.5 10.400a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.200zM12 10.400a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.200zM18.5 10.400a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.200z',
  ],
  leave: ['M10 4.500H6.500a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H10', 'M15 8l4 4-4 4', 'M19 12H9.5'],
  stepDown: ['M12 4v11', 'M7.5 10.500L12 15l4.5-4.5', 'M5 19.500h14'],
  hand: [
    'M7.5 13V6.700a1.4 1.4 0 0 1 2.8 0V11',
    'M10.3 11V4.900a1.4 1.4 0 0 1 2.8 0V11',
    'M13.1 11V6a1.4 1.4 0 0 1 2.8 0v6',
    'M15.9 10.500a1.4 1.4 0 0 1 2.8 0V14a6.5 6.5 0 0 1-6.5 6.500c-2.6 0-4-1.1-5.3-3.200l-2.5-4a1.4 1.4 0 0 1 2.3-1.600l.8 1',
  ],
  chat: [
    'M5.5 4.500h13a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H12l-4.5 3.700v-3.700h-2a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z',
  ],
  people: [
    'M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
    'M2.8 19.500a6.2 6.2 0 0 1 12.4 0',
    'M15.5 5a3.3 3.3 0 0 1 0 6.2',
    'M17.5 14.300a6.2 6.2 0 0 1 3.7 5.2',
  ],
  show: [
    'M9.5 14.500l5-5',
    'M11 7.500l1.7-1.700a4 4 0 0 1 5.6 5.600L16.6 13',
    'M13 16.500l-1.7 1.700a4 4 0 0 1-5.6-5.600L7.4 11',
  ],
  send: ['M4.5 12L20 4.5 15.5 20l-3.8-6.200z', 'M11.7 13.800L20 4.5'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  check: ['M5 12.500l4.5 4.500L19 7.5'],
  chevron: ['M7 10l5 5 5-5'],
  copy: [
    'M9 8.500h9.500a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V9.500a1 1 0 0 1 1-1z',
    'M16 5.500V5a1 1 0 0 0-1-1H5.500a1 1 0 0 0-1 1v9.500a1 1 0 0 0 1 1H6',
  ],
  shuffle: [
    'M4 7h2.500c4.5 0 5.5 10 10 10H20',
    'M17.5 14.500L20 17l-2.5 2.5',
    'M4 17h2.500c1.7 0 2.9-1.4 3.9-3.1',
    'M13 10.100c1-1.7 2.1-3.1 3.5-3.100H20',
    'M17.5 4.500L20 7l-2.5 2.5',
  ],
  sound: ['M4.5 9.500v5H8l4.5 4v-13L8 9.500z', 'M16 9a4.2 4.2 0 0 1 0 6', 'M18.5 6.500a7.8 7.8 0 0 1 0 11'],
  soundOff: ['M4.5 9.500v5H8l4.5 4v-13L8 9.500z', 'M16.5 9.500l5 5', 'M21.5 9.500l-5 5'],
  quality: [
    'M5 7h9',
    'M18 7h1',
    'M16 5v4',
    'M5 17h1',
    'M10 17h9',
    'M8 15v4',
    'M5 12h5',
    'M14 12h5',
    'M12 10v4',
  ],
  pip: [
    'M4.5 5h15a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z',
    'fill:M12.5 12h5.500v4.500h-5.500z',
  ],
  fullScreen: ['M4.5 9V4.500H9', 'M15 4.500h4.500V9', 'M19.5 15v4.500H15', 'M9 19.500H4.500V15'],
  statistics: ['M5 19.500v-6', 'M10 19.500v-11', 'M15 19.500V12', 'M20 19.500V5'],
  devices: [
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
    'M12 3.500l1.2 2.6 2.8-.5 1 2.7 2.7 1-.6 2.7 1.9 2-1.9 2.1.6 2.7-2.7 1-1 2.6-2.8-.4L12 20.5',
    'M12 3.500l-1.2 2.6-2.8-.5-1 2.7-2.7 1 .6 2.700L3 14l1.9 2.1-.6 2.7 2.7 1 1 2.6 2.8-.4 1.2-1.5',
  ],
  keyboard: [
    'M4 6.500h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z',
    'M7 10h.01',
    'M10.3 10h.01',
    'M13.7 10h.01',
    'M17 10h.01',
    'M8 14h8',
  ],
  lock: [
    'M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z',
    'M8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  ],
  ban: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6.5 6.500l11 11'],
  eye: [
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z',
    'M12 9.300a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.400z',
  ],
  arrow: ['M5 12h13.5', 'M13 6.500l5.5 5.5-5.5 5.5'],
  smile: [
    'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z',
    'M8.5 14a4.2 4.2 0 0 0 7 0',
    'M9.2 9.700h.01',
    'M14.8 9.700h.01',
  ],
  share: ['M12 15V4', 'M8 7.500L12 3.500l4 4', 'M5 12.500V19a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-6.5'],
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {shapes[name].map((shape) =>
        shape.startsWith('fill:') ? (
          <path d={shape.slice('fill:'.length)} fill="currentColor" stroke="none" />
        ) : (
          <path d={shape} />
        ),
      )}
    </svg>
  );
}

/** Reactions are filled shapes with one cut-out line, each in a colour of its own. */
const reactions: Record<ReactionKind, { body: string; line?: string; colour: string; label: string }> = {
  heart: {
    body: 'M12 20.500C5.5 16 3 12.6 3 9.200A4.7 4.7 0 0 1 7.7 4.500c1.8 0 3.4 1 4.3 2.5.9-1.5 2.5-2.5 4.3-2.500A4.7 4.7 0 0 1 21 9.200c0 3.4-2.5 6.8-9 11.300z',
    colour: '#ff5d73',
    label: 'Love',
  },
  clap: {
    body: 'M8.3 4.600a1.5 1.5 0 0 1 2.1.1l4.3 4.7-.5-2.800a1.5 1.5 0 0 1 3-.5l1.5 7.900a6 6 0 0 1-10.3 5.200L3.7 14a1.5 1.5 0 0 1 2.2-2l.7.7-2.5-2.700a1.5 1.5 0 0 1 2.2-2l2.5 2.7-1-4.100z',
    line: 'M14.5 2.500l.6-1.500M18 3.500l1.2-1.200M20 6.500l1.7-.4',
    colour: '#ffc04d',
    label: 'Applause',
  },
  laugh: {
    body: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    line: 'M7.2 13.500h9.600a4.8 4.8 0 0 1-9.6 0zM7.5 9.800c.6-.9 1.8-.9 2.4 0M14.1 9.800c.6-.9 1.8-.9 2.4 0',
    colour: '#ffd24a',
    label: 'Laughter',
  },
  wow: {
    body: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    line: 'M12 13a2.3 2.7 0 1 0 0 5.4 2.3 2.7 0 0 0 0-5.400zM8.5 8.600v1.400M15.5 8.600v1.4',
    colour: '#8fb8ff',
    label: 'Surprise',
  },
  fire: {
    body: 'M12 21.500c-4 0-6.8-2.8-6.8-6.5 0-3.2 2.2-4.9 3.5-7.3.8-1.5 1-3 .7-5.2 3.5 1.2 5 4 5.2 6.7.7-.5 1.1-1.2 1.2-2.2 2 2.1 3 4.7 3 7.5 0 4.2-2.8 7-6.8 7z',
    line: 'M12 18.500c-1.5 0-2.5-1-2.5-2.4 0-1.6 1.3-2.3 2.2-3.9 1.4 1 2.8 2.3 2.8 4 0 1.4-1 2.3-2.5 2.300z',
    colour: '#ff8a4c',
    label: 'Fire',
  },
  'thumbs-up': {
    body: 'M4 10.500h2.800v9.500H4a1 1 0 0 1-1-1v-7.500a1 1 0 0 1 1-1zM8.3 10.300L11.6 3.500a2.3 2.3 0 0 1 2.2 2.700l-.5 2.900h5a2 2 0 0 1 2 2.400l-1.3 6.700a2.2 2.2 0 0 1-2.2 1.800H8.300z',
    colour: '#5fd0a8',
    label: 'Agreement',
  },
};

export const reactionLabels = Object.fromEntries(
  Object.entries(reactions).map(([kind, { label }]) => [kind, label]),
) as Record<ReactionKind, string>;

export function ReactionIcon({ kind, size = 24 }: { kind: ReactionKind; size?: number }) {
  const { body, line, colour } = reactions[kind];
  return (
    <svg
      class="reaction-icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={body} fill={colour} />
      {line !== undefined && (
        <path
          d={line}
          fill="none"
          stroke={kind === 'clap' ? colour : '#231a12'}
          stroke-width="1.5"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      )}
    </svg>
  );
}

/** The product's mark: waters that become one. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M4 7c8 0 9 9 15 9h9" />
      <path d="M4 25c8 0 9-9 15-9" />
      <path d="M4 16h10" opacity=".5" />
    </svg>
  );
}
