import { PluginError } from '../plugin-error.js';

/**
 * Reads one line that nobody should see: hidden at a terminal, else from standard input. Never from an argument, which `ps` shows to everybody
 * on the machine and the shell keeps.
 * @param what it is, for the question.
 * @throws PluginError when there is none.
 */
export async function readSecretLine(what: string): Promise<string> {
  const { createPrompt } = await import('../generate/prompt.js');
  const prompt = createPrompt(process.stdin, process.stderr, process.stdin.isTTY && process.stderr.isTTY);
  try {
    const line = (await prompt.ask(process.stdin.isTTY ? `${what}: ` : '', { hidden: true }))?.trim() ?? '';
    if (line === '') throw new PluginError(`No ${what} was given. Type it when asked, or send it to standard input.`);
    return line;
  } finally {
    prompt.close();
  }
}
