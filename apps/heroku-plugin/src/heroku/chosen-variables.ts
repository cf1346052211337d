import type { Variables } from '../env.js';
import { type ChosenAddon, plainPrefix } from './choose-addon.js';

/** What every add-on sets on its app, behind its prefix. */
const ofAddon = ['CONFIG_URL', 'HOST', 'FLEXIBLE_SSL_URL', 'FULL_SSL_URL'];

/** The app's variables as if the chosen add-on were its only one: its own under the plain names, and nothing of another there. */
export function chosenVariables({ prefix, plainVariables }: ChosenAddon, variables: Variables): Variables {
  if (prefix === plainPrefix) return variables;
  const others = new Set(ofAddon.map((name) => `${plainPrefix}_${name}`));
  return { ...Object.fromEntries(Object.entries(variables).filter(([name]) => !others.has(name))), ...plainVariables };
}
