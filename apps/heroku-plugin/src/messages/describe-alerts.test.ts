import type { Alert, AlertOverview } from '@dockhero/contracts/monitoring-api';
import { expect, test } from 'vitest';
import { alertRules } from '../../../../packages/contracts/src/monitoring-api.js';
import { mendAlert } from '../monitoring/mend-alert.js';
import { ruleNames } from '../monitoring/rule-names.js';
import { anAlert } from '../testing/an-alert.js';
import { StandInMonitoring } from '../testing/stand-in-monitoring.js';
import { alertLines, describeAlerts } from './describe-alerts.js';

const now = Date.parse('2026-11-26T12:00:00.000Z');
const { settings } = new StandInMonitoring();
const described = (change: Partial<AlertOverview>) =>
  describeAlerts({
    overview: { open: [], recent: [], silences: [], settings, ...change },
    app: 'acme',
    flags: ' --app acme --addon BLUE',
    appFlag: ' --app acme',
    now,
  });

test('when nothing is wrong, that is said, and who would be told', () => {
  expect(described({})).toEqual([
    '=== Alerts of acme',
    '',
    'Nothing is wrong.',
    '',
    'Settings (heroku dh:alerts:set --app acme --addon BLUE):',
    '  Fires at:  memory 90 %, disk 90 %, inodes 90 %',
    '  Mail:      on: the app’s owner and collaborators',
    '  Webhook:   not set',
    '  Slack:     not set',
    '  Free room: on: unused images and old build cache go when a disk is about to be full',
  ]);
});

test('who wants no mails is shown, and how that is undone', () => {
  const lines = described({ settings: { ...settings, unsubscribed: ['ann@example.com', 'bob@example.com'] } });
  expect(lines).toContain('  No mail:   ann@example.com, bob@example.com: they want none; resubscribe=ADDRESS undoes it');
});

test('each open alert has its sentence, since when, and the next command; what people are not told of says why', () => {
  const open: Alert[] = [
    anAlert({ rule: 'disk', level: 'critical', sentence: 'The disk / of the host is 96 % full.' }),
    anAlert({ state: 'clearing', unstable: true, silenced: true }),
    anAlert({ rule: 'unhealthy', state: 'pending', sentence: 'The health check of web.1 on the host fails.' }),
  ];
  expect(described({ open }).slice(2, 12)).toEqual([
    'critical  The disk / of the host is 96 % full. (25 min ago)',
    '          See what takes it: heroku dh:docker system df --app acme --addon BLUE',
    'warning   The memory of the host is 93 % in use. (25 min ago)',
    '          It is better; over when it stays so.',
    '          It comes and goes: nobody is told of it until it has been quiet for hours.',
    '          Silenced: nobody is told.',
    '          See what takes it: heroku dh:docker stats --no-stream --app acme --addon BLUE',
    'pending   The health check of web.1 on the host fails. (25 min ago)',
    '          Nobody is told yet: it may pass.',
    '',
  ]);
});

test('what was, and what is silenced, is listed', () => {
  const lines = described({
    recent: [
      anAlert({ state: 'resolved', resolved_at: '2026-11-26T11:50:00.000Z', sentence: 'The memory of the host was up to 97 % in use.' }),
    ],
    silences: [{ id: 's1', rule: 'disk', object: '/data', until: '2026-11-26T14:00:00.000Z' }],
  });
  expect(lines).toContain('  2026-11-26 11:36 to 2026-11-26 11:50  The memory of the host was up to 97 % in use.');
  expect(lines).toContain('  disk of /data, ends in 2 h; heroku dh:alerts:unsilence s1 --app acme --addon BLUE');
});

test('in one line each they are those that people are told of', () => {
  expect(alertLines([anAlert({}), anAlert({ state: 'pending' })], now)).toEqual(['The memory of the host is 93 % in use. (25 min ago)']);
});

test('every rule is known by its name, and has a next command', () => {
  expect(ruleNames).toEqual([...alertRules]);
  for (const rule of alertRules) expect(mendAlert({ rule }, ' --app acme', ' --app acme')).toMatch(/: heroku .*--app acme/);
});
