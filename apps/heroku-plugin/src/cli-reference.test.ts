import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandFiles, placeReference, renderReference } from '../../../scripts/cli-reference.mjs';

const commands = await Promise.all(
  commandFiles(fileURLToPath(new URL('commands', import.meta.url)), '.ts').map(async ({ file, id }) => ({
    id,
    command: ((await import(file)) as { default: { description: string } }).default,
  })),
);
const docs = await readFile(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');

test('the reference in docs/cli.md is what the commands say (else: npm run build && node scripts/cli-reference.mjs)', () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(docs).toBe(placeReference(docs, renderReference(commands)));
});

test('the table in the README of the package names every command', async () => {
  const readme = await readFile(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
  for (const { id } of commands) expect(readme).toContain(`\`${id}`);
});
