import { randomInt } from 'node:crypto';

const adjectives = ['calm', 'curved', 'floating', 'gentle', 'infinite', 'mighty', 'polar', 'quiet', 'shallow', 'tranquil'];
const nouns = ['badlands', 'brook', 'dragon', 'garden', 'harbor', 'island', 'meadow', 'plains', 'ridge', 'spire'];

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? 'plain';
}

/** A name as Heroku invents them: `floating-dragon-42017`. */
export function inventAppName(): string {
  return `${pick(adjectives)}-${pick(nouns)}-${randomInt(10_000, 100_000)}`;
}

/** A name as Heroku invents them for add-ons: `<slug>-<word>-<5 digits>`. */
export function inventAddonName(slug: string): string {
  return `${slug}-${pick(adjectives)}-${randomInt(10_000, 100_000)}`;
}

/** Colours of further attachments on an app that already has the default name. */
export const attachmentColours = [
  'AMBER',
  'AQUA',
  'BLACK',
  'BLUE',
  'BRONZE',
  'BROWN',
  'COBALT',
  'COPPER',
  'CRIMSON',
  'CYAN',
  'GOLD',
  'GRAY',
  'GREEN',
  'IVORY',
  'JADE',
  'MAROON',
  'MAUVE',
  'NAVY',
  'OLIVE',
  'ORANGE',
  'PINK',
  'PUCE',
  'PURPLE',
  'RED',
  'ROSE',
  'SILVER',
  'TEAL',
  'WHITE',
  'YELLOW',
] as const;
