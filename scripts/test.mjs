// `npm test`: installs what is missing and passes everything, the end-to-end journeys on real Docker hosts included.
// Ends with one line, `N passed, N failed`. Arguments name vitest projects: npm test -- unit integration
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './bootstrap/set-up.mjs';
import { root, toolEnvironment } from './bootstrap/toolchain.mjs';
import { leftSince, takeInventory } from './test/leftovers.mjs';

const projects = ['unit', 'integration', 'machine', 'e2e'];
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : projects;
const say = (text) => process.stdout.write(`\n=== ${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'dockhero-results-'));
let passed = 0;
const failures = [];

function count(name, succeeded) {
  if (succeeded) passed += 1;
  else failures.push(name);
}

function runProject(project) {
  const report = join(folder, `${project}.json`);
  const { status } = spawnSync(
    'vitest',
    ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      cwd: root,
      env: toolEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 2_400_000,
    },
  );
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    const names = testResults.flatMap((file) => {
      const failedTests = file.assertionResults.filter(({ status: outcome }) => outcome === 'failed').map(({ fullName }) => fullName);
      return failedTests.length > 0 || file.status !== 'failed'
        ? failedTests
        : [`${file.name} (${file.message?.split('\n')[0] ?? 'did not load'})`];
    });
    failures.push(...names.map((name) => `${project}: ${name}`));
    if (status !== 0 && names.length === 0) failures.push(`${project}: vitest ended with ${status}`);
    if (numPassedTests === 0) failures.push(`${project}: no test ran`);
  } catch {
    failures.push(`${project}: no report; vitest ended with ${status}`);
  }
}

try {
  setUp('test', say);
  const before = takeInventory();
  say('check');
  const checked = spawnSync(process.execPath, [join(root, 'scripts', 'check.mjs')], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  count('npm run check', checked.status === 0);
  for (const project of chosen) {
    say(project);
    runProject(project);
  }
  const left = leftSince(before);
  count(`nothing is left behind on the machine:\n    ${left.join('\n    ')}`, left.length === 0);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  failures.push('set-up');
}
rmSync(folder, { recursive: true, force: true });
for (const name of failures) process.stdout.write(`FAILED ${name}\n`);
process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
process.exit(failures.length > 0 ? 1 : 0);
