import { afterEach, beforeEach, expect, test } from 'vitest';
import { error, ok, warning } from './finding.js';
import { renderFindings } from './render-findings.js';
import { runChecks } from './run-checks.js';
import { DoctorWorld } from './testing/doctor-world.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

test('checks run at once, and their findings come in the order of the checks', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const first = { name: 'first', run: () => released.then(() => [ok('first', 'First')]) };
  const second = { name: 'second', run: () => (release(), Promise.resolve([ok('second', 'Second')])) };
  expect((await runChecks([first, second], world.facts())).map(({ code }) => code)).toEqual(['first', 'second']);
});

test('a check that does not end and one that fails are findings, and keep no other from being heard', async () => {
  const endless = { name: 'the endless', run: () => new Promise<never>(() => undefined) };
  const broken = { name: 'the broken', run: () => Promise.reject(new Error('it broke')) };
  const fine = { name: 'fine', run: () => Promise.resolve([ok('fine', 'Fine')]) };
  const findings = await runChecks([endless, broken, fine], world.facts(), 50);
  expect(findings.map(({ code }) => code)).toEqual(['check-timeout', 'check-failed', 'fine']);
  expect(findings[0]?.text).toContain('the endless');
  expect(findings[1]?.text).toContain('it broke');
});

test('the report has a line for each finding, then what to do, errors first', () => {
  const findings = [ok('a', 'All right'), warning('b', 'Look out', 'do this'), error('c', 'Broken', 'do that', 'and that')];
  expect(renderFindings(findings)).toEqual([
    '✓ All right',
    '! Look out',
    '✗ Broken',
    '',
    'What to do:',
    '',
    '1. ✗ Broken',
    '   do that',
    '   and that',
    '',
    '2. ! Look out',
    '   do this',
  ]);
  expect(renderFindings([ok('a', 'All right')])).toEqual(['✓ All right', '', 'Nothing to mend.']);
});

test('each fact is read once, however many checks ask for it', async () => {
  const facts = world.facts();
  await Promise.all([facts.status(), facts.status(), facts.connection(), facts.connection()]);
  expect(world.app.asked.filter((what) => what === 'config')).toHaveLength(1);
  expect(world.api.requests.filter((request) => request === 'GET /status')).toHaveLength(1);
  expect(world.api.issued).toHaveLength(1);
});
