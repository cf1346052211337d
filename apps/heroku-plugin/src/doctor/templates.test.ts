import { cp } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTemplates } from '../generate/read-templates.js';
import { buildContext } from './checks/build-context.js';
import { missingVariables } from './checks/missing-variables.js';
import { stackLint } from './checks/stack-lint.js';
import { stackTraps } from './checks/stack-traps.js';
import { stackfile } from './checks/stackfile.js';
import { volumes } from './checks/volumes.js';
import { DoctorWorld } from './testing/doctor-world.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

test.for(await readTemplates())('the doctor has nothing to say about $name', async (template) => {
  await cp(template.folder, world.folder, { recursive: true });
  const secrets = Object.fromEntries(template.configVars.map(({ name }) => [name, 'x']));
  world.app.config = { ...world.app.config, DOCKHERO_HOST: '203.0.113.7', ...secrets };
  const findings = await world.run(stackfile, missingVariables, stackLint, stackTraps, buildContext, volumes);
  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  // Each required variable is missed by name when the app lacks it.
  for (const { name } of template.configVars) {
    world.app.config = { ...world.app.config, [name]: '' };
    expect((await world.run(missingVariables)).map(({ text }) => text).join()).toContain(name);
  }
});
