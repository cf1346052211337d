// `npm run bench`: every benchmark, one after the other, on a machine that does nothing else. Results in bench/results, read by docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './bootstrap/set-up.mjs';
import { nodeBinary, root, toolEnvironment } from './bootstrap/toolchain.mjs';

const benchmarks = {
  'partner-api': 'bench/partner-api/run.mjs',
  provisioning: 'bench/provisioning/provision.mjs',
  'heroku-plugin': 'bench/heroku-plugin/run.mjs',
  'log-drain': 'bench/log-drain/run.mjs',
  monitor: 'bench/monitor/run.mjs',
  volumes: 'bench/volumes/run.mjs',
};
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(benchmarks);
const say = (text) => process.stdout.write(`\n=== ${text}\n`);

try {
  setUp('start', say);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}
let failed = 0;
for (const name of chosen) {
  say(name);
  const { status } = spawnSync(nodeBinary(), [join(root, benchmarks[name])], {
    cwd: root,
    env: toolEnvironment(),
    stdio: 'inherit',
    timeout: 1_800_000,
  });
  if (status !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
