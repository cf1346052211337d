// One vitest project. A file that fails is run once more by itself: what passes then is told as flaky, with its message, and does not fail
// the run; a gate of thousands of tests on a shared machine would otherwise say more of the machine than of the change.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, toolEnvironment } from '../bootstrap/toolchain.mjs';

/**
 * @param {string} project a project of vitest.config.ts
 * @param {string} folder for the reports
 * @returns {{passed: number, failures: string[], flaky: string[]}} failures and flaky ones with the first line of their message
 */
export function runProject(project, folder) {
  const first = runVitest(project, [], join(folder, `${project}.json`));
  // Many failed files are no accident of the machine: running them all again would only take long.
  if (first.files.length === 0 || first.files.length > 5) return { ...first, flaky: [] };
  process.stdout.write(`\n=== ${project}: once more, what failed\n`);
  const second = runVitest(project, first.files, join(folder, `${project}-again.json`));
  return {
    passed: first.passedElsewhere + second.passed,
    failures: second.failures,
    flaky: second.failures.length === 0 ? first.failures : [],
  };
}

function runVitest(project, files, report) {
  const { status } = spawnSync(
    'vitest',
    ['run', '--project', project, ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'inherit', 'inherit'], timeout: 2_400_000 },
  );
  try {
    return readReport(project, status, JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return { passed: 0, passedElsewhere: 0, files: [], failures: [`${project}: no report; vitest ended with ${status}`] };
  }
}

function readReport(project, status, { numPassedTests, testResults }) {
  const failed = testResults.filter((file) => file.status === 'failed');
  const passedInFailed = failed.flatMap((file) => file.assertionResults).filter((test) => test.status === 'passed').length;
  const failures = failed.flatMap((file) => failuresOf(file)).map((text) => `${project}: ${text}`);
  if (status !== 0 && failures.length === 0) failures.push(`${project}: vitest ended with ${status}`);
  if (numPassedTests === 0 && failures.length === 0) failures.push(`${project}: no test ran`);
  return {
    passed: numPassedTests,
    passedElsewhere: numPassedTests - passedInFailed,
    files: failed.map((file) => relative(root, file.name)),
    failures,
  };
}

function failuresOf(file) {
  const tests = file.assertionResults.filter((test) => test.status === 'failed');
  if (tests.length === 0) return [`${file.name} (${firstLine(file.message) ?? 'did not load'})`];
  return tests.map((test) => `${test.fullName}\n    ${firstLine(test.failureMessages?.[0]) ?? 'no message'}`);
}

/** The message and where it was thrown: a summary is often all that is kept of a run. */
function firstLine(message) {
  const lines = (message ?? '').split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  const where = lines.find((line) => /^\s+at .*\.test\.ts:/.test(line));
  return [lines[0].slice(0, 400), ...(where ? [where.trim()] : [])].join('\n    ');
}
