import { beforeEach, describe, expect, test } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { runCommand } from '../../generate/testing/run-command.js';
import { anAlert } from '../../testing/an-alert.js';
import { hostSeries } from '../../testing/host-series.js';
import { prepareAcme } from '../../testing/prepare-acme.js';
import { StandInMonitoring } from '../../testing/stand-in-monitoring.js';
import Alerts from './alerts/index.js';
import AlertsSet from './alerts/set.js';
import AlertsSilence from './alerts/silence.js';
import AlertsUnsilence from './alerts/unsilence.js';
import LogsApps from './logs/apps.js';
import Metrics from './metrics.js';
import NewRelic from './newrelic/index.js';
import NewRelicSet from './newrelic/set.js';
import NewRelicUnset from './newrelic/unset.js';
import Prometheus from './prometheus.js';
import Status from './status.js';

const { api, setConfigVars } = prepareAcme(() => HerokuWorld.start());
const app = ['--app', 'acme'];
const licenseKey = 'c'.repeat(36) + 'NRAL';

beforeEach(() => {
  Object.assign(api.monitoring, new StandInMonitoring());
  api.requests.length = 0;
});

describe('dh:alerts', () => {
  test('shows what is wrong, for people and for programs', async () => {
    api.monitoring.open = [anAlert({})];
    const { code, out } = await runCommand(Alerts, ...app);
    expect([code, out]).toEqual([0, expect.stringContaining('warning   The memory of the host is 93 % in use.')]);
    expect(out).toContain('heroku dh:docker stats --no-stream --app acme\n');
    expect(JSON.parse((await runCommand(Alerts, ...app, '--json')).out)).toMatchObject({ open: [{ rule: 'memory' }], silences: [] });
  });

  test('set changes only what it names, and shows a signing secret the once', async () => {
    const { code, out } = await runCommand(AlertsSet, 'memory=85', 'mail=off', 'webhook=https://hooks.example/x', ...app);
    expect(code).toBe(0);
    expect(out).toContain('Fires at:  memory 85 %, disk 90 %, inodes 90 %\nMail:      off\nWebhook:   set\n');
    expect(out).toContain('shown only now: whsec_said-once');
    expect(out).not.toContain('hooks.example');
    expect((await runCommand(AlertsSet, 'disk=95', ...app)).out).not.toContain('whsec');
  });

  test('set asks nobody before every word is understood', async () => {
    const { code, err } = await runCommand(AlertsSet, 'memory=85', 'disk=full', ...app);
    expect([code, err]).toEqual([1, expect.stringContaining('disk takes a whole percentage from 50 to 99')]);
    expect(api.requests).toEqual([]);
  });

  test('silence and unsilence are the two ends of one', async () => {
    const silenced = await runCommand(AlertsSilence, 'disk', '--for', '2h', '--object', '/data', ...app);
    const [{ id, rule, object } = { id: '' }] = api.monitoring.silences;
    expect([silenced.code, rule, object]).toEqual([0, 'disk', '/data']);
    expect(silenced.out).toMatch(/^Nobody is told of disk of \/data until 20.*Z\.\n/);
    expect(silenced.out).toContain(`heroku dh:alerts:unsilence ${id} --app acme`);
    await runCommand(AlertsSilence, '--for', '1d', ...app);
    expect((await runCommand(AlertsUnsilence, 'memory', ...app)).err).toContain(`No silence is called memory. There are: ${id} (disk)`);
    expect((await runCommand(AlertsUnsilence, 'disk', ...app)).out).toBe('Ended 1 silence: people are told again.\n');
    expect((await runCommand(AlertsUnsilence, ...app)).out).toBe('Ended 1 silence: people are told again.\n');
    expect((await runCommand(AlertsUnsilence, ...app)).out).toBe('Nothing was silenced.\n');
    expect((await runCommand(AlertsSilence, 'disk', ...app)).err).toContain('Say for how long: --for 90m');
    expect((await runCommand(AlertsSilence, '--for', 'ever', ...app)).err).toContain('--for takes a time such as 90m');
  });
});

test('dh:status has a line for each open alert, and does without when they cannot be read', async () => {
  api.monitoring.open = [anAlert({}), anAlert({ state: 'pending', sentence: 'Not yet.' })];
  const { out } = await runCommand(Status, ...app);
  expect(out).toMatch(/^Alert: {7}The memory of the host is 93 % in use\. \(.* ago\)$/m);
  expect(out).not.toContain('Not yet.');
  expect(JSON.parse((await runCommand(Status, ...app, '--json')).out)).toMatchObject({ status: 'running', alerts: [{}, {}] });
  api.monitoring.isAway = true;
  expect(await runCommand(Status, ...app)).toMatchObject({ code: 0, out: expect.not.stringContaining('Alert:') });
});

describe('dh:metrics', () => {
  const fromMs = Date.now() - 3_600_000;

  test('are a table when nobody looks at a terminal, of one metric or of all', async () => {
    api.monitoring.hosts = [hostSeries(1, fromMs, 300_000, [0.25, 0.5])];
    expect((await runCommand(Metrics, 'memory', ...app)).out).toMatch(
      /^Memory: 50 % of 2 GB now.*\nTIME \(UTC\) +AVERAGE +HIGHEST\n20.* 25 % +30 %\n/,
    );
    expect((await runCommand(Metrics, ...app)).out).toMatch(/^Disk \/ +25 % of 16 GB +25 % +25 %$/m);
    const json = JSON.parse((await runCommand(Metrics, '--since', '90m', '--json', ...app)).out) as { from: string; hosts: object[] };
    expect(json.hosts).toHaveLength(1);
    expect(Math.abs(Date.parse(json.from) - Date.now() + 90 * 60_000)).toBeLessThan(60_000);
  });

  test('are of one host where that is asked, if there is such a one', async () => {
    api.monitoring.hosts = [1, 2, 3].map((host) => hostSeries(host, fromMs, 300_000, [host / 10]));
    const { out } = await runCommand(Metrics, '--host', '2', ...app);
    expect([out.includes('20 % of 2 GB'), out.includes('30 % of 2 GB')]).toEqual([true, false]);
    expect(await runCommand(Metrics, '--host', '4', ...app)).toMatchObject({ code: 1, err: 'There is no host 4. There are: 1, 2, 3.' });
  });
});

describe('dh:newrelic', () => {
  test('takes the app’s own key when that is said, and says what New Relic says', async () => {
    expect((await runCommand(NewRelic, ...app)).out).toBe('Nothing goes to New Relic. To change that: heroku dh:newrelic:set --app acme\n');
    expect(await runCommand(NewRelicSet, '--from-config', ...app)).toMatchObject({
      code: 1,
      err: expect.stringContaining('acme has no config var NEW_RELIC_LICENSE_KEY.'),
    });
    await setConfigVars({ NEW_RELIC_LICENSE_KEY: licenseKey });
    const set = await runCommand(NewRelicSet, '--from-config', ...app);
    expect([set.code, api.monitoring.newRelicKey, set.out.includes(licenseKey)]).toEqual([0, licenseKey, false]);
    api.monitoring.newRelic = { ...api.monitoring.newRelic, last_ok_at: new Date(Date.now() - 600_000).toISOString(), error: 'HTTP 403' };
    const { out } = await runCommand(NewRelic, ...app);
    expect(out).toContain('Figures go to New Relic, region us.\nIt last took some 10 min ago.\nNow it refuses them: HTTP 403\n');
    expect((await runCommand(NewRelicUnset, ...app)).out).toContain('the key is forgotten');
    expect(api.monitoring.newRelic.enabled).toBe(false);
  });

  test('does not take a key from the command line, nor repeat it', async () => {
    const { code, err } = await runCommand(NewRelicSet, licenseKey, ...app);
    expect([code, err]).toEqual([1, expect.stringContaining('does not belong on the command line')]);
    expect(err).not.toContain(licenseKey);
    expect(api.requests).toEqual([]);
  });
});

test('dh:prometheus gives a URL once, and takes it back', async () => {
  expect((await runCommand(Prometheus, ...app)).out).toContain('heroku dh:prometheus on --app acme');
  expect((await runCommand(Prometheus, 'on', ...app)).out).toBe('https://addon.example/federate/said-once\n');
  expect((await runCommand(Prometheus, ...app)).out).toContain('There is a URL for Prometheus.');
  expect((await runCommand(Prometheus, 'off', ...app)).out).toContain('There is no URL for Prometheus.');
});

test('dh:logs:apps shows which apps get the logs, and changes it', async () => {
  api.monitoring.logs = {
    ...api.monitoring.logs,
    apps: [
      { name: 'acme', is_owner: true, gets_logs: true },
      { name: 'office', is_owner: false, gets_logs: false },
    ],
  };
  expect((await runCommand(LogsApps, ...app)).out).toBe(`The logs go to the app that owns the add-on, and to no other.
  acme (owner): gets them
  office: does not get them
To change it: heroku dh:logs:apps all --app acme
`);
  expect((await runCommand(LogsApps, 'all', ...app)).out).toContain(
    'every app that the add-on is attached to.\n  acme (owner): gets them\n  office: gets them\n',
  );
  expect((await runCommand(LogsApps, 'owner', ...app)).out).toContain('to no other.');
});
