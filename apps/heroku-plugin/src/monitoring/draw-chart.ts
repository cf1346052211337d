import type { Dots } from './spread-over-columns.js';

interface Axes {
  /** Value at the upper end; the lower one is 0. */
  readonly top: number;
  /** Lines of text; each has four rows of dots. */
  readonly rows: number;
  readonly format: (value: number) => string;
  /** Written below: at the beginning, in the middle, at the end. */
  readonly times: readonly [string, string, string];
}

// Unicode's braille patterns: which bit is which dot, by column and by row from below.
const bits = [
  [0x40, 0x04, 0x02, 0x01],
  [0x80, 0x20, 0x10, 0x08],
] as const;
const blank = 0x2800;
const dotsPerRow = 4;

/** A chart in braille characters, two columns of dots to a character: averages as an area, the worst as dots above it. */
export function drawChart(dots: readonly Dots[], { top, rows, format, times }: Axes): readonly string[] {
  const labels = Array.from({ length: rows }, (_, row) => labelOf(row, rows, top, format));
  const width = Math.max(...labels.map(({ length }) => length));
  const height = rows * dotsPerRow;
  const heights = dots.map(({ average, worst }) => ({ area: toHeight(average, top, height), peak: toHeight(worst, top, height) }));
  const characters = Math.ceil(dots.length / 2);
  const lines = labels.map((label, row) => {
    let line = '';
    for (let at = 0; at < characters; at += 1) line += characterAt(heights, at, (rows - 1 - row) * dotsPerRow);
    return `${label.padStart(width)} ${label === '' ? '│' : '┤'}${line.replace(/⠀+$/, '')}`;
  });
  const margin = ' '.repeat(width + 2);
  return [...lines, `${format(0).padStart(width)} ┼${'─'.repeat(characters)}`, `${margin}${timeLine(times, characters)}`];
}

/** Labels stand at the top and halfway; 0 stands at the axis. */
function labelOf(row: number, rows: number, top: number, format: (value: number) => string): string {
  return row === 0 || row * 2 === rows ? format(top * (1 - row / rows)) : '';
}

function toHeight(value: number | null, top: number, height: number): number {
  if (value === null) return 0;
  // What is known is seen, were it 0.
  return Math.min(height, Math.max(1, Math.round((value / top) * height)));
}

function characterAt(heights: readonly { area: number; peak: number }[], at: number, base: number): string {
  let pattern = 0;
  for (const [side, column] of bits.entries()) {
    const { area = 0, peak = 0 } = heights[at * 2 + side] ?? {};
    for (const [row, bit] of column.entries()) {
      const level = base + row + 1;
      if (level <= area || level === peak) pattern |= bit;
    }
  }
  return String.fromCodePoint(blank + pattern);
}

function timeLine([first, middle, last]: Axes['times'], width: number): string {
  const room = width - first.length - middle.length - last.length;
  if (room < 2) return `${first} to ${last}`;
  const left = Math.max(1, Math.round(width / 2 - middle.length / 2) - first.length);
  return `${first}${' '.repeat(left)}${middle}${' '.repeat(Math.max(1, room - left))}${last}`;
}
