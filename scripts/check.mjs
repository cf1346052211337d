// `npm run check`: format, lint (floating promises, process.env outside env.ts), types, dependency arrows and cycles, unused code.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDependencies, root, toolEnvironment } from './bootstrap/toolchain.mjs';

const checks = [
  ['format', 'oxfmt', ['--check', '.']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings', '.']],
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.check.json']],
  ['arrows', 'depcruise', ['apps', 'packages', '--config', '.dependency-cruiser.mjs', '--output-type', 'err']],
  ['unused', 'knip', ['--no-progress', '--no-config-hints']],
];

if (!existsSync(join(root, 'node_modules'))) installDependencies((text) => process.stdout.write(`${text}\n`));
spawnSync('prisma', ['generate'], { cwd: root, env: toolEnvironment(), stdio: 'ignore' });
// The linter's types of a package's tests come from the other packages' builds.
spawnSync('tsc', ['-b'], { cwd: root, env: toolEnvironment(), stdio: 'ignore' });
const failed = checks.filter(([name, command, args]) => {
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env: toolEnvironment(), encoding: 'utf8', timeout: 300_000 });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${seconds} s\n`);
  if (status !== 0) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}\n`);
  return status !== 0;
});
process.exit(failed.length > 0 ? 1 : 0);
