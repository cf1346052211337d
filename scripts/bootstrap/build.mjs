// Generates the database client, compiles the workspace and writes the CLI plugin's manifest. Incremental: a second run takes a second.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root, toolEnvironment } from './toolchain.mjs';

export function build(say) {
  say('building');
  const run = (file, args) => execFileSync(file, args, { cwd: root, stdio: 'pipe', env: toolEnvironment(), timeout: 300_000 });
  try {
    run('prisma', ['generate']);
    run('tsc', ['-b']);
    run('node', [join(root, 'scripts', 'bootstrap', 'plugin-manifest.mjs')]);
  } catch (error) {
    process.stdout.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error('the build failed; see above', { cause: error });
  }
}
