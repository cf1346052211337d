import type { Seeded } from './seeded.js';

export const variableNames = ['APP_KEY', '_x', 'Mixed_Case9', 'DB_URL', 'TAG', 'LONG_NAME_2', 'q', 'PORT'] as const;

const literals = [
  'alpha',
  'b2',
  'v1.2',
  'x-y',
  '/',
  ':',
  ' ',
  '#',
  ' # ',
  '-',
  '?',
  '+',
  '{',
  '}',
  "'",
  '"',
  '\\',
  'ü',
  '%',
  '@host',
  '${'.slice(1),
  ',',
  '[',
  '*',
];
const words = ['', 'fallback', 'a b', 'x:y', 'must be set', 'a-b', 'why?', '#1', '{', '+', ':-', ':?', '${TAG', '$TAG', '$$', 'ü', "it's"];
const broken = [
  '$',
  '$1',
  '${',
  '${}',
  '${1}',
  '${APP_KEY',
  '${APP-KEY!',
  '${TAG!}',
  '${TAG:+r}',
  '${TAG+r}',
  '${TAG:}',
  '$-',
  '$ x',
  '${ TAG}',
];

/** A value with every operator, `$$`, and now and then a form that is wrong. */
export function randomText(random: Seeded, brokenPercent: number): string {
  const text = random.times(1, 5, () => randomPart(random)).join('');
  return random.chance(brokenPercent) ? `${text}${random.pick(broken)}${random.pick(['', ' ', '.'])}` : text;
}

function randomPart(random: Seeded): string {
  const name = random.pick(variableNames);
  const roll = random.below(100);
  if (roll < 40) return random.times(1, 3, () => random.pick(literals)).join('');
  if (roll < 50) return `$${name}${random.pick(['', '.', '/', ':', ' ', '-x', '?'])}`;
  if (roll < 68) return `\${${name}}`;
  if (roll < 82) return `\${${name}${random.pick([':-', '-'])}${random.pick(words)}}`;
  if (roll < 84) return `\${${name}${random.pick([':?', '?'])}${random.pick(words)}}`;
  return random.pick(['$$', `$$${name}`, `$$\{${name}}`, '$$$$', `$$$${name}`]);
}
