import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { type AppConfig, generateStack, NotOverwrittenError } from '../../generate/generate-stack.js';
import { platformConfig } from '../../generate/platform-config.js';
import { parseSettings } from '../../generate/parse-settings.js';
import { createPrompt } from '../../generate/prompt.js';
import { readTemplates } from '../../generate/read-templates.js';
import { UnsafePathError } from '../../generate/resolve-inside.js';
import type { Template } from '../../generate/template.js';

export default class Generate extends Command {
  static override description = 'write a ready-made stack into the current folder';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> helloworld',
    '<%= config.bin %> <%= command.id %> postgres --set POSTGRES_PASSWORD --app my-app',
  ];
  static override args = { name: Args.string({ description: 'which stack; without it, all are listed' }) };
  static override flags = {
    app: flags.app(),
    remote: flags.remote(),
    force: flags.boolean({ char: 'f', description: 'overwrite files without asking' }),
    set: flags.string({
      multiple: true,
      helpValue: 'NAME=VALUE',
      description: 'set a config var of the app; NAME alone generates a secret where the stack allows it',
    }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Generate);
    const templates = await readTemplates();
    if (args.name === undefined) {
      for (const line of listTemplates(templates)) this.log(line);
      return;
    }
    const template = templates.find(({ name }) => name === args.name);
    if (!template) {
      // On lines of their own: an error is wrapped.
      for (const line of listTemplates(templates)) this.logToStderr(line);
      this.error(`The stack named '${args.name}' is not found. These are there.`, { exit: 1 });
    }
    const settings = this.#readSettings(flags.set ?? [], template);
    const config = this.#appConfig(flags.app);
    if (Object.keys(settings).length > 0 && !config)
      this.error('--set needs an app and a login: add --app NAME, or run heroku login.', { exit: 1 });
    const prompt = process.stdin.isTTY ? createPrompt(process.stdin, process.stderr, process.stderr.isTTY) : null;
    try {
      await generateStack({
        template,
        folder: process.cwd(),
        force: flags.force,
        settings,
        config,
        prompt,
        print: (line) => this.log(line),
        warn: (text) => this.warn(text),
      });
    } catch (error) {
      if (error instanceof NotOverwrittenError || error instanceof UnsafePathError) this.error(error.message, { exit: 1 });
      throw error;
    } finally {
      prompt?.close();
    }
  }

  #readSettings(set: readonly string[], template: Template): Record<string, string> {
    try {
      return parseSettings(set, template);
    } catch (error) {
      return this.error(error instanceof Error ? error.message : String(error), { exit: 1 });
    }
  }

  /** Not without a login: the first call would then open a browser, and the files need nobody's leave. */
  #appConfig(app: string | undefined): AppConfig | null {
    if (app === undefined || !this.heroku.auth) return null;
    return platformConfig(this.heroku, app);
  }
}

function listTemplates(templates: readonly Template[]): string[] {
  const width = Math.max(...templates.map(({ name }) => name.length));
  return templates.map(({ name, version, description }) => `  ${name.padEnd(width)}  ${version}  ${description}`);
}
