import { generateSecret } from './generate-secret.js';
import type { Template } from './template.js';

/**
 * What `--set NAME=VALUE` and `--set NAME` (a generated secret) mean.
 * @throws Error, with what to write instead. The value is never part of it.
 */
export function parseSettings(settings: readonly string[], template: Template): Record<string, string> {
  const values: Record<string, string> = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const name = at < 0 ? setting : setting.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error('--set takes NAME=VALUE, or NAME alone for a generated secret.');
    if (at >= 0) {
      values[name] = setting.slice(at + 1);
      continue;
    }
    const isGenerated = template.configVars.some((configVar) => configVar.name === name && configVar.generate);
    if (!isGenerated) throw new Error(`No secret can be made up for ${name}: give its value, as --set ${name}=VALUE.`);
    values[name] = generateSecret();
  }
  return values;
}
