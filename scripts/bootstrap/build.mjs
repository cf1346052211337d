// Generates the database client, compiles the workspace, writes the CLI plugin's manifest and bundles the host agent. Incremental: a second run takes a second.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root, toolEnvironment } from './toolchain.mjs';

export function build(say) {
  say('building');
  const run = (file, args) => execFileSync(file, args, { cwd: root, stdio: 'pipe', env: toolEnvironment(), timeout: 300_000 });
  try {
    run('prisma', ['generate']);
    run('tsc', ['-b']);
    for (const script of ['plugin-manifest.mjs', 'host-agent-bundle.mjs']) run('node', [join(root, 'scripts', 'bootstrap', script)]);
  } catch (error) {
    process.stdout.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error('the build failed; see above', { cause: error });
  }
}
