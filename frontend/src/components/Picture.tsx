import { useId, useState } from 'react';
import classes from './Picture.module.css';

/**
 * A desktop's picture: the given one, else one drawn from its name, so that a desktop keeps its
 * face for as long as it keeps its name.
 */
export function Picture({ name, url }: { name: string; url: string | null | undefined }) {
  const [failed, setFailed] = useState<string | null>(null);
  if (url == null || failed === url) return <DrawnPicture name={name} />;
  return (
    <img
      className={classes.picture}
      src={url}
      alt=""
      loading="lazy"
      onError={() => {
        setFailed(url);
      }}
    />
  );
}

/** FNV-1a: small, and spreads similar names apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const width = 320;
const height = 200;

/** A range of hills from one edge to the other, closed below. */
function hills(next: () => number, base: number, swing: number): string {
  const points = 5;
  const step = width / (points - 1);
  const y = () => base + (next() - 0.5) * swing;
  let from = y();
  let path = `M0 ${from.toFixed(1)}`;
  let x = 0;
  for (let i = 1; i < points; i++) {
    // flat at each point, so that the range has no edges
    const to = y();
    path += ` C${(x + step / 2).toFixed(1)} ${from.toFixed(1)} ${(x + step / 2).toFixed(1)} ${to.toFixed(1)} ${(x + step).toFixed(1)} ${to.toFixed(1)}`;
    x += step;
    from = to;
  }
  return `${path} V${height} H0 Z`;
}

export function DrawnPicture({ name, hue: given }: { name: string; hue?: number }) {
  const id = useId();
  const next = random(hash(name));
  const drawn = Math.floor(next() * 360);
  const hue = given ?? drawn;
  const far = (hue + 25 + Math.floor(next() * 30)) % 360;
  const sun = { x: 40 + next() * (width - 80), y: 35 + next() * 45, r: 14 + next() * 12 };
  const ranges = [0, 1, 2].map((i) => ({
    path: hills(next, 110 + i * 28, 46 - i * 8),
    fill: `hsl(${hue + i * 6} ${34 + i * 4}% ${58 - i * 13}%)`,
  }));

  return (
    <svg
      className={classes.picture}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden
      focusable="false"
    >
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={`hsl(${hue} 46% 66%)`} />
          <stop offset="1" stopColor={`hsl(${far} 58% 87%)`} />
        </linearGradient>
      </defs>
      <rect width={width} height={height} fill={`url(#${id})`} />
      <circle cx={sun.x} cy={sun.y} r={sun.r} fill={`hsl(${far} 80% 95%)`} opacity="0.9" />
      {ranges.map(({ path, fill }) => (
        <path key={fill} d={path} fill={fill} />
      ))}
    </svg>
  );
}
