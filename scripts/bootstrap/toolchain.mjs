// pnpm, the dependencies and a Node.js that is new enough, on a machine that has Node.js >= 20 and npm. Uses nothing but Node.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
const toolchain = join(root, '.dockhero', 'toolchain');
const pnpm = join(toolchain, 'node_modules', '.bin', 'pnpm');
/** Vitest, dependency-cruiser and our own code want this much. */
const nodeMajor = 24;

/** The Node.js to run everything with: the machine's if new enough, else the one that the dependencies bring along. */
export function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajor) return process.execPath;
  const bundled = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(bundled)) {
    throw new Error(
      `Node.js ${process.versions.node} is too old and no newer one comes with npm for ${process.platform}-${process.arch}: install Node.js ${nodeMajor}.`,
    );
  }
  return bundled;
}

/** The environment of every child: our Node.js and the workspace's tools first on PATH. */
export function toolEnvironment() {
  return { ...process.env, PATH: [dirname(nodeBinary()), join(root, 'node_modules', '.bin'), dirname(pnpm), process.env.PATH].join(':') };
}

/** Installs pnpm (the version that package.json names) and what the lockfile says. Quick when nothing is missing. */
export function installDependencies(say) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.split('@')[1];
  const installed = join(toolchain, 'node_modules', 'pnpm', 'package.json');
  if (!existsSync(installed) || JSON.parse(readFileSync(installed, 'utf8')).version !== version) {
    say(`installing pnpm ${version}`);
    run('npm', ['install', '--prefix', toolchain, '--no-save', '--no-fund', '--no-audit', '--loglevel=error', packageManager]);
  }
  say('installing dependencies');
  run(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
}

function run(file, args) {
  // npm hands its own settings down as npm_config_*; inside a second npm or pnpm they would be somebody else's.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)/.test(name)));
  execFileSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment, timeout: 900_000 });
}
