// Writes the reference part of docs/cli.md from the commands' own words: `npm run build && node scripts/cli-reference.mjs`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const start = '<!-- reference: made by scripts/cli-reference.mjs, do not edit -->';
const end = '<!-- end of reference -->';
/** Said once, above the commands. */
const common = ['app', 'remote', 'addon'];

/** The command files below `folder` with their ids: `dh/certs/index.js` is `dh:certs`. */
export function commandFiles(folder, extension) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(extension) && !file.includes('.test.') && !file.endsWith('.d.ts'))
    .map((file) => ({
      file: join(folder, file),
      id: file
        .slice(0, -extension.length)
        .split(sep)
        .filter((part) => part !== 'index')
        .join(':'),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Markdown for all commands. @param commands `[{ id, command }]` with oclif's classes. */
export function renderReference(commands) {
  return commands
    .filter(({ command }) => !command.hidden)
    .map(({ id, command }) => renderCommand(id, command))
    .join('\n\n');
}

/** `text` with the reference put between its markers. */
export function placeReference(text, reference) {
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error('docs/cli.md has lost the markers of the reference');
  return `${before}${start}\n\n${reference}\n\n${end}${after}`;
}

function renderCommand(id, command) {
  const [summary, ...more] = command.description.split('\n');
  const parts = [`### \`heroku ${id}\``, sentence(summary), more.join('\n'), fence(`heroku ${usage(id, command)}`)];
  const flags = Object.entries(command.flags ?? {}).filter(([name]) => !common.includes(name));
  const rows = [...Object.entries(command.args ?? {}).map(argumentRow), ...flags.map(flagRow)];
  if (rows.length > 0) parts.push(['| | |', '| --- | --- |', ...rows].join('\n'));
  const examples = (command.examples ?? []).map((example) =>
    String(example).replaceAll('<%= config.bin %>', 'heroku').replaceAll('<%= command.id %>', id),
  );
  if (examples.length > 0) parts.push(fence(examples.join('\n')));
  return parts.filter(Boolean).join('\n\n');
}

function usage(id, command) {
  if (command.usage) return String(command.usage);
  const args = Object.entries(command.args ?? {}).map(([name, { required }]) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  return [id, ...args, ...Object.entries(command.flags ?? {}).map(([name, flag]) => `[${flagForm(name, flag)}]`)].join(' ');
}

function argumentRow([name, { description, options }]) {
  return `| \`${name.toUpperCase()}\` | ${cell(description, options)} |`;
}

function flagRow([name, flag]) {
  return `| \`${flagForm(name, flag)}\` | ${cell(flag.description, flag.options)}${flag.multiple ? '; can be given several times' : ''} |`;
}

function flagForm(name, { char, type, helpValue }) {
  const value = type === 'boolean' ? '' : ` ${helpValue ?? name.toUpperCase()}`;
  return `${char ? `-${char}, ` : ''}--${name}${value}`;
}

function cell(description = '', options) {
  return `${description}${options ? ` (${options.join(', ')})` : ''}`.replaceAll('|', '\\|');
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function fence(text) {
  return `\`\`\`sh\n${text}\n\`\`\``;
}

async function main() {
  const folder = join(root, 'apps/heroku-plugin/dist/commands');
  const commands = [];
  for (const { file, id } of commandFiles(folder, '.js')) commands.push({ id, command: (await import(pathToFileURL(file))).default });
  const path = join(root, 'docs/cli.md');
  writeFileSync(path, placeReference(readFileSync(path, 'utf8'), renderReference(commands)));
  process.stdout.write(`docs/cli.md: ${commands.length} commands\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
