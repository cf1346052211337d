import { confirm } from './confirm.js';
import { generateSecret } from './generate-secret.js';
import type { Prompt } from './prompt.js';
import type { TemplateConfigVar } from './template.js';

/** Asks whether to set what the app lacks, and for each value. @returns what to set; an empty answer sets nothing, or a generated secret. */
export async function askConfigVars(prompt: Prompt, missing: readonly TemplateConfigVar[], app: string): Promise<Record<string, string>> {
  const names = missing.map(({ name }) => name).join(', ');
  if (!(await confirm(prompt, `The app ${app} lacks ${names}. Set ${missing.length === 1 ? 'it' : 'them'} now?`))) return {};
  const values: Record<string, string> = {};
  for (const { name, description, generate } of missing) {
    const hint = generate ? 'Enter alone generates a secret' : 'Enter alone leaves it out';
    const answer = await prompt.ask(`${name} (${description}; ${hint}): `, { hidden: true });
    if (answer === null) return {};
    if (answer !== '') values[name] = answer;
    else if (generate) values[name] = generateSecret();
  }
  return values;
}
