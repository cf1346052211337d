import type { TemplateConfigVar } from './template.js';

/** The commands that set config vars by hand, one a line. The made-up value has all the kinds of characters that images insist on. */
export function suggestCommands(missing: readonly TemplateConfigVar[], app: string | undefined): string[] {
  const target = app === undefined ? '' : ` --app ${app}`;
  return missing.map(({ name, generate }) => `heroku config:set ${name}=${generate ? '"Aa1-$(openssl rand -hex 24)"' : 'VALUE'}${target}`);
}
