/** Two desktops, one behind the other. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#1f6f78" />
      <rect
        x="6"
        y="8"
        width="15"
        height="11"
        rx="2"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
        opacity=".65"
      />
      <rect x="11" y="13" width="15" height="11" rx="2" fill="#fff" />
    </svg>
  );
}
