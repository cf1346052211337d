// Makes apps/host-agent/dist/host-agent.mjs: one file for the Node 18 of Debian 12 without anything beside it. The same source gives the same
// bytes (no paths, no times), since its SHA-256 is the name of a release.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './toolchain.mjs';

const folder = join(root, 'apps', 'host-agent');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Bundles from the sources, so that it needs no build of other packages. */
export async function bundleHostAgent(file = join(folder, 'dist', 'host-agent.mjs')) {
  const bundle = await rolldown({
    cwd: folder,
    input: 'src/main.ts',
    platform: 'node',
    tsconfig: false,
    resolve: { conditionNames: ['source', 'import', 'node'], extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { target: 'node18', define: { __AGENT_VERSION__: JSON.stringify(version) } },
    external: /^node:/,
    onwarn: (warning) => {
      throw new Error(`the host agent's bundle: ${warning.message}`);
    },
  });
  await bundle.write({ file, format: 'esm', minify: false, sourcemap: false, codeSplitting: false, comments: false });
  await bundle.close();
}

if (process.argv[1] === import.meta.filename) await bundleHostAgent();
