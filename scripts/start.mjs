// `npm start`: installs what is missing, then hands over to a Node.js that is new enough. Plain Node >= 20, no dependencies.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './bootstrap/set-up.mjs';
import { nodeBinary, root, toolEnvironment } from './bootstrap/toolchain.mjs';

const say = (text) => process.stdout.write(`start              ${text}\n`);

try {
  setUp('start', say);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}
const child = spawn(nodeBinary(), [join(root, 'scripts', 'dev', 'main.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: toolEnvironment(),
});
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
// The child stops everything in order; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal));
child.on('exit', (code) => process.exit(code ?? 1));
