import { createInterface } from 'node:readline/promises';
import { PluginError } from '../plugin-error.js';

/**
 * Goes on only when the user has typed the app's name, in `--confirm` or when asked: as Heroku does before what cannot be undone.
 * @throws PluginError when it is another name, and without a terminal to ask on.
 */
export async function confirmApp(app: string, confirmed: string | undefined, warning: string): Promise<void> {
  if (confirmed === app) return;
  if (confirmed !== undefined) throw new PluginError(`Confirmation ${confirmed} did not match ${app}. Aborted.`);
  if (!process.stdin.isTTY) throw new PluginError(`${warning}\nAdd --confirm ${app} to do it.`);
  process.stderr.write(`${warning}\n`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await prompt.question(`To proceed, type ${app} or re-run this command with --confirm ${app}: `);
    if (typed.trim() !== app) throw new PluginError(`Confirmation did not match ${app}. Aborted.`);
  } finally {
    prompt.close();
  }
}
