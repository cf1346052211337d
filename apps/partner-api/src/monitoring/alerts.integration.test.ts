import { randomUUID } from 'node:crypto';
import { alertRules } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { ruleNames } from '@dockhero/domain/monitoring/incident';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, box, type Answer } from '../testing/api-under-test.js';
import { AsMonitor, anIncident } from '../testing/as-monitor.js';
import { runResourceWithHost } from '../testing/run-resource.js';

let api: ApiUnderTest;
let monitor: AsMonitor;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
  monitor = new AsMonitor(api.database);
});
afterAll(() => api.stop());

const running = () => runResourceWithHost(api);
const errorOf = ({ status, body }: Answer) => [status, body.id];
const alerts = async (path: string) => (await api.call('GET', `${path}/alerts`)).body;
const patch = (path: string, body: unknown) => api.call('PATCH', `${path}/alerts/settings`, { body });
const silence = (path: string, body: unknown) => api.call('POST', `${path}/alerts/silences`, { body });
const stored = async (id: string) => (await new AlertSettingsStore(api.database, box).readMany([id])).get(id);

describe('alerts', () => {
  it('are the open ones, worst first, and the ended ones, each in a sentence and numbers', async () => {
    const { path, hostId } = await running();
    const [firedAt, resolvedAt] = [new Date(Date.now() - 3_600_000), new Date(Date.now() - 1_800_000)];
    await monitor.find(
      hostId,
      anIncident({ rule: 'unhealthy', object: 'web.1', state: 'pending', firedAt: null }),
      anIncident({}),
      anIncident({ rule: 'disk', object: '/', level: 'critical', value: 0.96, peak: 0.96 }),
      anIncident({ rule: 'host-silent', state: 'resolved', pendingSince: firedAt, firedAt, resolvedAt }),
    );
    const { status, headers, body } = await api.call('GET', `${path}/alerts`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body.open).toMatchObject([
      { rule: 'disk', object: '/', host: 1, state: 'firing', level: 'critical', sentence: 'The disk / of the host is 96 % full.' },
      { rule: 'memory', value: 0.93, peak: 0.95, threshold: 0.9, resolved_at: null, silenced: false, unstable: false },
      { rule: 'unhealthy', object: 'web.1', state: 'pending', fired_at: null },
    ]);
    expect(body.recent).toMatchObject([
      { rule: 'host-silent', state: 'resolved', fired_at: firedAt.toISOString(), resolved_at: resolvedAt.toISOString() },
    ]);
  });

  it('of another add-on are not shown', async () => {
    const [one, other] = [await running(), await running()];
    await monitor.find(one.hostId, anIncident({}));
    expect(await alerts(other.path)).toMatchObject({ open: [], recent: [] });
  });

  it('have the names that silences take', () => {
    expect(alertRules).toEqual(ruleNames);
  });
});

describe('alert settings', () => {
  const defaults = {
    thresholds: { memory: 90, disk: 90, inodes: 90 },
    mails_enabled: true,
    recipients: [],
    unsubscribed: [],
    webhook_set: false,
    slack_set: false,
    free_room: true,
  };

  it('are the defaults until they are changed; what a patch leaves out stays', async () => {
    const { id, path } = await running();
    expect((await alerts(path)).settings).toEqual(defaults);
    expect((await patch(path, { thresholds: { memory: 85 } })).body).toEqual({
      ...defaults,
      thresholds: { ...defaults.thresholds, memory: 85 },
    });
    await patch(path, {
      thresholds: { disk: 99 },
      mails_enabled: false,
      recipients: ['ops@example.com', 'ops@example.com'],
      free_room: false,
    });
    expect((await alerts(path)).settings).toEqual({
      thresholds: { memory: 85, disk: 99, inodes: 90 },
      mails_enabled: false,
      recipients: ['ops@example.com'],
      unsubscribed: [],
      webhook_set: false,
      slack_set: false,
      free_room: false,
    });
    expect((await stored(id))?.thresholds).toEqual({ memory: 0.85, disk: 0.99, inodes: 0.9 });
    expect(await api.askedFor(id)).toEqual([
      'Alerts were set: memory 85 %',
      'Alerts were set: disk 99 %, mails off, 2 more recipients, freeing of room off',
    ]);
  });

  it('answer a webhook’s signing secret once; another URL has another, and none is shown later', async () => {
    const { id, path } = await running();
    const first = await patch(path, { webhook_url: 'https://hooks.example/one' });
    expect(first.body).toMatchObject({ webhook_set: true, webhook_secret: expect.stringMatching(/^whsec_[\w-]{43}$/) });
    const kept = await stored(id);
    expect([kept?.webhook?.url.reveal(), kept?.webhook?.secret?.reveal()]).toEqual([
      'https://hooks.example/one',
      first.body.webhook_secret,
    ]);
    const later = await patch(path, { slack_url: 'https://hooks.slack.example/T/B/x' });
    expect(later.body).toMatchObject({ webhook_set: true, slack_set: true });
    expect(later.body).not.toHaveProperty('webhook_secret');
    const second = await patch(path, { webhook_url: 'https://hooks.example/two' });
    expect(second.body.webhook_secret).not.toBe(first.body.webhook_secret);
    expect((await patch(path, { webhook_url: null, slack_url: null })).body).toMatchObject({ webhook_set: false, slack_set: false });
    expect(await stored(id)).toMatchObject({ webhook: null, slackUrl: null });
    const said = JSON.stringify([
      await alerts(path),
      await api.askedFor(id),
      await api.database.alertSettings.findMany({ where: { resourceId: id } }),
    ]);
    for (const secret of ['hooks.', String(first.body.webhook_secret), String(second.body.webhook_secret)])
      expect(said).not.toContain(secret);
  });

  it('refuse what is no setting, with the field’s name and without its value', async () => {
    const { id, path } = await running();
    const bad: [unknown, string][] = [
      [{ thresholds: { memory: 49 } }, 'thresholds.memory'],
      [{ thresholds: { disk: 99.5 } }, 'thresholds.disk'],
      [{ thresholds: { cpu: 90 } }, 'thresholds'],
      [{ recipients: ['canary-nobody'] }, 'recipients.0'],
      [{ recipients: Array.from({ length: 11 }, (_, at) => `a${String(at)}@example.com`) }, 'recipients'],
      [{ recipients: ['a@example.com\r\nBcc: b@example.com'] }, 'recipients.0'],
      [{ webhook_url: 'ftp://canary' }, 'webhook_url'],
      [{ slack_url: 'canary' }, 'slack_url'],
      [{ canary: 1 }, 'body'],
    ];
    for (const [body, field] of bad) {
      const answer = await patch(path, body);
      expect([errorOf(answer), answer.body.message]).toEqual([[422, 'invalid_request'], `The request is not valid: check ${field}.`]);
    }
    expect(errorOf(await patch(path, { webhook_url: 'http://hooks.example' }))).toEqual([422, 'webhook_not_https']);
    for (const url of ['https://canary:secret@hooks.example/', 'https://hooks.example:9443/', 'https://hooks.example:80/']) {
      for (const name of ['webhook_url', 'slack_url']) {
        expect(errorOf(await patch(path, { [name]: url }))).toEqual([422, 'webhook_never_called']);
      }
    }
    expect([(await alerts(path)).settings, await api.askedFor(id)]).toEqual([defaults, []]);
  });
});

describe('a webhook', () => {
  it.each(['HTTPS://Hooks.Example/x', 'https://hooks.example:8443/x', 'https://hooks.example:443/x'])('may be at %s', async (url) => {
    const { path } = await running();
    expect((await patch(path, { webhook_url: url })).body).toMatchObject({ webhook_set: true });
  });
});

describe('silences', () => {
  it('cover what they name until they are ended, and the history says so', async () => {
    const { id, path, hostId } = await running();
    await monitor.find(hostId, anIncident({}), anIncident({ rule: 'disk', object: '/' }), anIncident({ rule: 'disk', object: '/data' }));
    const { status, body } = await silence(path, { rule: 'disk', object: '/data', minutes: 120 });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String), rule: 'disk', object: '/data', until: expect.any(String) });
    expect(Math.abs(Date.parse(String(body.until)) - Date.now() - 7_200_000)).toBeLessThan(60_000);
    const covered = async () =>
      ((await alerts(path)).open as { rule: string; object: string; silenced: boolean }[]).filter(({ silenced }) => silenced).length;
    expect([(await alerts(path)).silences, await covered()]).toEqual([[body], 1]);
    await silence(path, { minutes: 1 });
    expect(await covered()).toBe(3);
    const [first, second] = (await alerts(path)).silences as { id: string }[];
    for (const one of [first, second]) {
      const ended = await api.call('DELETE', `${path}/alerts/silences/${one?.id ?? ''}`);
      expect([ended.status, ended.body]).toEqual([200, { id: one?.id, ended_at: expect.any(String) }]);
    }
    expect([(await alerts(path)).silences, await covered()]).toEqual([[], 0]);
    expect(await api.askedFor(id)).toEqual([
      'Alerts were silenced: disk of /data, for 120 minutes',
      'Alerts were silenced: all rules, for 1 minutes',
      'A silence of alerts was ended',
      'A silence of alerts was ended',
    ]);
  });

  it('are ended by their own add-on only, and once', async () => {
    const [one, other] = [await running(), await running()];
    const { body } = await silence(one.path, { minutes: 5 });
    const end = (path: string, id: unknown) => api.call('DELETE', `${path}/alerts/silences/${String(id)}`);
    for (const wrong of [await end(other.path, body.id), await end(one.path, randomUUID()), await end(one.path, 'x')]) {
      expect(errorOf(wrong)).toEqual([404, 'silence_not_found']);
    }
    expect((await end(one.path, body.id)).status).toBe(200);
    expect(errorOf(await end(one.path, body.id))).toEqual([404, 'silence_not_found']);
  });

  it('are a hundred at most, of rules that exist, for 30 days at most', async () => {
    const { path } = await running();
    for (const body of [{}, { minutes: 0 }, { minutes: 43_201 }, { rule: 'cpu', minutes: 5 }, { object: 'a\u0000', minutes: 5 }]) {
      expect(errorOf(await silence(path, body))).toEqual([422, 'invalid_request']);
    }
    await Promise.all(Array.from({ length: 101 }, () => silence(path, { minutes: 5 })));
    expect((await alerts(path)).silences).toHaveLength(100);
    expect(errorOf(await silence(path, { minutes: 5 }))).toEqual([429, 'too_many_silences']);
  });
});
