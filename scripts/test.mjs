// `npm test`: installs what is missing and passes everything, the end-to-end journeys on real Docker hosts included.
// Ends with one line, `N passed, N failed`. Arguments name vitest projects: npm test -- unit integration
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './bootstrap/set-up.mjs';
import { root } from './bootstrap/toolchain.mjs';
import { leftSince, takeInventory } from './test/leftovers.mjs';
import { runProject } from './test/run-project.mjs';

const projects = ['unit', 'integration', 'machine', 'e2e'];
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : projects;
const say = (text) => process.stdout.write(`\n=== ${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'dockhero-results-'));
let passed = 0;
const failures = [];
const flaky = [];

function count(name, succeeded) {
  if (succeeded) passed += 1;
  else failures.push(name);
}

try {
  setUp('test', say);
  const before = takeInventory();
  say('check');
  const checked = spawnSync(process.execPath, [join(root, 'scripts', 'check.mjs')], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  count('npm run check', checked.status === 0);
  for (const project of chosen) {
    say(project);
    const outcome = runProject(project, folder);
    passed += outcome.passed;
    failures.push(...outcome.failures);
    flaky.push(...outcome.flaky);
  }
  const left = leftSince(before);
  count(`nothing is left behind on the machine:\n    ${left.join('\n    ')}`, left.length === 0);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  failures.push('set-up');
}
rmSync(folder, { recursive: true, force: true });
for (const name of flaky) process.stdout.write(`FLAKY, passed when its file was run once more: ${name}\n`);
for (const name of failures) process.stdout.write(`FAILED ${name}\n`);
process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
process.exit(failures.length > 0 ? 1 : 0);
