const streams = 17;
const meeting = { x: 900, y: 520 };
const bankPx = 11;

/** The product's picture: many waters that become one. */
export function Waters() {
  const lines = Array.from({ length: streams }, (_, index) => {
    const side = index - (streams - 1) / 2;
    const from = meeting.y + side * 92;
    const meets = meeting.y + side * bankPx;
    return `M-40 ${from} C 320 ${from}, 480 ${meets}, ${meeting.x} ${meets} S 1240 ${meets - 110}, 1480 ${meets - 190}`;
  });
  return (
    <svg class="waters" viewBox="0 0 1440 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {lines.map((line, index) => (
        <path key={line} d={line} pathLength={1} style={{ '--nth': String(index) }} />
      ))}
    </svg>
  );
}
