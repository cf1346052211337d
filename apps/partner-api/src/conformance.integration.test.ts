import { readFile } from 'node:fs/promises';
import { CheckFailed } from '@dockhero/testing/conformance/check';
import type { Manifest } from '@dockhero/testing/conformance/manifest';
import { partnerApiChecks, runCheck } from '@dockhero/testing/conformance/partner-api-conformance';
import { PartnerTarget } from '@dockhero/testing/conformance/partner-target';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, password, slug } from './testing/api-under-test.js';
import { AsWorker } from './testing/as-worker.js';

let api: ApiUnderTest;
let target: PartnerTarget;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
  const worker = new AsWorker(api.database);
  const manifest = JSON.parse(await readFile(new URL('../../local-cloud/addon-manifest.json', import.meta.url), 'utf8')) as Manifest;
  target = new PartnerTarget({
    baseUrl: api.url,
    slug,
    password,
    plans: ['hobby', 'standard'],
    manifest,
    heroku: { awaitProvisioned: (uuid) => worker.provision(uuid) },
  });
});
afterAll(async () => {
  expect(await target.cleanUp()).toEqual([]);
  expect(await api.database.resource.count({ where: { desired: 'provisioned' } })).toBe(0);
  await api.stop();
});

describe('our partner API conforms', () => {
  it.for(partnerApiChecks.map((check) => ({ check, name: `point ${check.point}: ${check.name}` })))(
    '$name',
    async ({ check }, { skip }) => {
      const { outcome, reason } = await runCheck(check, target);
      if (outcome === 'skipped') skip(reason ?? '');
      expect([outcome, reason]).toEqual(['passed', null]);
    },
  );
});

it('all but what needs Heroku’s journal can be checked here', () => {
  expect(partnerApiChecks.filter(({ needs }) => needs?.(target)).map(({ name }) => name)).toEqual([
    'after DELETE the Platform API hears nothing more of the add-on',
  ]);
});

describe('the suite finds fault', () => {
  it('with a provider that answers with another status, no JSON, or a wrong manifest', async () => {
    const wrong = new PartnerTarget({
      baseUrl: `${api.url}/c`,
      slug,
      password,
      plans: ['hobby', 'standard'],
      manifest: { id: 'Other', api: { username: 'x' } },
    });
    const results = await Promise.all(partnerApiChecks.map((check) => runCheck(check, wrong)));
    const passed = results.filter(({ outcome }) => outcome === 'passed').map(({ check }) => check.name);
    // An address where nothing is refuses what cannot be read, knows no 406 and gives no two things one id.
    expect(passed.every((name) => /is a 4xx in JSON|never 406|different ids|secrets differ/.test(name))).toBe(true);
    expect(results.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(2);
  });

  it('and says what it wanted', async () => {
    const check = partnerApiChecks.find(({ name }) => name.includes('as documented'));
    const wrong = new PartnerTarget({ baseUrl: `${api.url}/c`, slug, password, plans: ['hobby'] });
    await expect(check?.run(wrong)).rejects.toThrow(CheckFailed);
    await expect(check?.run(wrong)).rejects.toThrow('expected 202, got 404');
  });
});
