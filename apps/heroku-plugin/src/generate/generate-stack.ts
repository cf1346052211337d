import { askConfigVars } from './ask-config-vars.js';
import { confirm } from './confirm.js';
import type { Prompt } from './prompt.js';
import { suggestCommands } from './suggest-commands.js';
import type { Template } from './template.js';
import { planFiles, writeFiles } from './write-template.js';

/** The app's config vars, as far as `dh:generate` needs them. */
export interface AppConfig {
  readonly app: string;
  read(): Promise<Readonly<Record<string, string>>>;
  set(values: Readonly<Record<string, string>>): Promise<void>;
}

export interface GenerateOptions {
  readonly template: Template;
  /** Where the files go: the user's current folder. */
  readonly folder: string;
  readonly force: boolean;
  /** From `--set`; secrets. */
  readonly settings: Readonly<Record<string, string>>;
  /** Null without an app, or without a login. */
  readonly config: AppConfig | null;
  /** Null when nobody is there to answer. */
  readonly prompt: Prompt | null;
  readonly print: (line: string) => void;
  readonly warn: (text: string) => void;
}

/** The user said no, or nobody could be asked. */
export class NotOverwrittenError extends Error {}

/**
 * Writes a template's files, then sees to the config vars that its stackfile requires. The files need neither network nor app; when Heroku
 * cannot be asked, the commands are printed instead.
 * @throws NotOverwrittenError, UnsafePathError: nothing was written
 */
export async function generateStack(options: GenerateOptions): Promise<void> {
  const { template, folder, force, prompt, print, warn } = options;
  const planned = await planFiles(template, folder);
  const existing = planned.filter(({ exists }) => exists).map(({ file }) => file);
  if (existing.length > 0 && !force) {
    warn(`These files will be overwritten: ${existing.join(', ')}`);
    if (prompt === null) throw new NotOverwrittenError('Nothing was written. Add --force to overwrite them.');
    if (!(await confirm(prompt, 'Proceed?'))) throw new NotOverwrittenError('Nothing was written.');
  }
  print('Writing files:');
  await writeFiles(planned, existing.length > 0);
  for (const { file } of planned) print(`-->  ${file}`);
  print('Stack generated');
  await settleConfigVars(options);
  if (template.usage.length > 0) print('');
  for (const line of template.usage) print(line);
}

async function settleConfigVars({ template, settings, config, prompt, print, warn }: GenerateOptions): Promise<void> {
  const present = await readConfig(config, template, warn);
  const unset = template.configVars.filter(({ name }) => !present?.[name] && settings[name] === undefined);
  // Unknown is not lacking: without an answer from Heroku nobody is asked, the commands are shown.
  const answers = config && present && prompt && unset.length > 0 ? await askConfigVars(prompt, unset, config.app) : {};
  const values = { ...settings, ...answers };
  if (config && Object.keys(values).length > 0) {
    await config.set(values);
    print(`Set on ${config.app}: ${Object.keys(values).join(', ')}`);
  }
  const left = unset.filter(({ name }) => answers[name] === undefined);
  if (left.length === 0) return;
  print('');
  print(present ? 'The stack also needs these config vars:' : 'The stack needs these config vars; set those that your app lacks:');
  for (const command of suggestCommands(left, config?.app)) print(`  ${command}`);
}

async function readConfig(
  config: AppConfig | null,
  template: Template,
  warn: GenerateOptions['warn'],
): Promise<Readonly<Record<string, string>> | null> {
  if (config === null || template.configVars.length === 0) return null;
  try {
    return await config.read();
  } catch (error) {
    warn(`The config vars of ${config.app} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
