import { describe, expect, it } from 'vitest';
import type { Alert, AlertGroup } from './alert-group.js';
import { alertMessage } from './alert-text.js';
import { emptyHistory, remember } from './host-history.js';
import type { HostSample } from './host-sample.js';
import { gatherFacts, storedFacts } from './gather-facts.js';
import { ruleNames, type Incident, type TransitionKind } from './incident.js';
import { aContainer, aDisk, aSample, at } from './testing/samples.js';

const mib = 2 ** 20;

function anIncident(changes: Partial<Incident> = {}): Incident {
  return {
    rule: 'disk',
    object: '/',
    state: 'firing',
    level: 'warning',
    pendingSince: at(0),
    firedAt: at(30),
    clearSince: null,
    resolvedAt: null,
    value: 0.92,
    peak: 0.92,
    threshold: 0.9,
    notifiedAt: at(30),
    isDamped: false,
    ...changes,
  };
}

function anAlert(kind: TransitionKind, incident: Partial<Incident> = {}, samples: readonly HostSample[] = [aSample(0)]): Alert {
  const full = anIncident(incident);
  const facts = gatherFacts(full, samples.at(-1) ?? null, samples.reduce(remember, emptyHistory));
  return { kind, at: at(600), incident: full, hostIndex: 0, facts: storedFacts(JSON.parse(JSON.stringify(facts))) };
}

function messageOf(alerts: readonly Alert[], changes: Partial<AlertGroup> = {}) {
  return alertMessage({ appName: 'shop', resourceName: 'dockhero-flat-1', plan: 'hobby', hostCount: 1, alerts, ...changes });
}

describe('a message', () => {
  it('says what, where, since when, how bad, who, and what to type', () => {
    const sample = aSample(600, {
      fileSystems: [aDisk(0.92)],
      containers: [aContainer('web.1', { diskBytes: 900 * mib }), aContainer('db.1', { diskBytes: 1 * mib })],
      volumes: [{ name: 'shop_data', bytes: 4_000 * mib }],
      reclaimableBytes: 2_000 * mib,
    });
    const { subject, summary, text } = messageOf([anAlert('fired', {}, [sample])]);
    expect(subject).toBe('[shop] Disk / above 90 % on dockhero-flat-1');
    expect(summary).toBe('The disk / of the host is 92 % full.');
    expect(text).toBe(`The disk / of the host is 92 % full.
Since 2026-01-01 00:00 UTC, for 10 min.
In use: 17 GiB of 19 GiB.

What takes most:
  volume shop_data               3.9 GiB
  unused images and build cache  2.0 GiB
  container web.1                900 MiB

See what takes the room:
  heroku dh:docker system df -v --app shop
Remove images and build cache that nothing uses:
  heroku dh:docker system prune --all --app shop
To hear no more of this for two hours:
  heroku dh:alerts:silence disk --object / --for 2h --app shop

-- 
Add-on dockhero-flat-1 of the app shop. Times are UTC. All alerts: heroku dh:alerts --app shop
`);
  });

  it('names the three containers that take most of the memory, their limits, and a bigger plan', () => {
    const containers = [1, 2, 3, 4].map((index) =>
      aContainer(`web.${index}`, { memoryBytes: index * 100 * mib, memoryLimitBytes: 512 * mib }),
    );
    const { text } = messageOf([anAlert('fired', { rule: 'memory', object: 'host' }, [aSample(0, { containers })])]);
    expect(text).toMatch(/web\.4 +400 MiB of its limit of 512 MiB\n.*web\.3.*\n.*web\.2/);
    expect(text).not.toContain('web.1');
    expect(text).toContain('heroku addons:upgrade dockhero-flat-1 dockhero:standard --app shop');
    expect(text).toContain('heroku dh:alerts:silence memory --for 2h --app shop');
  });

  it('offers no plan that would take the hosts away', () => {
    const { text } = messageOf([anAlert('fired', { rule: 'memory', object: 'host' })], { plan: 'standard' });
    expect(text).not.toContain('addons:upgrade');
  });

  it('says how fast a disk grows and when it will be full', () => {
    const samples = Array.from({ length: 61 }, (_, minute) => aSample(minute * 60, { fileSystems: [aDisk(0.7 + minute * 0.001)] }));
    const { text } = messageOf([anAlert('fired', { rule: 'disk-filling', value: 14_400 }, samples)]);
    expect(text).toMatch(/It grows by 1\.1 GiB an hour: full in (3 h 59 min|4 h) if it goes on\./);
  });

  it('of the end says how long it lasted and how bad it was, and asks for nothing', () => {
    const ended = anIncident({ state: 'resolved', peak: 0.96, value: 0.5, clearSince: at(7_500), resolvedAt: at(7_800) });
    const { subject, text } = messageOf([anAlert('resolved', ended)]);
    expect(subject).toBe('Re: [shop] Disk / above 90 % on dockhero-flat-1');
    expect(text).toContain('Over: The disk / of the host was up to 96 % full.');
    expect(text).toContain('It lasted 2 h 5 min, from 2026-01-01 00:00 UTC to 2026-01-01 02:05 UTC.');
    expect(text).not.toContain('dh:docker');
  });

  it.each([
    ['escalated', 'Critical: ', {}],
    ['reminded', 'Still: ', {}],
    ['fired', 'Critical: ', { level: 'critical' as const }],
  ] as const)('%s begins with %s', (kind, start, incident) => {
    expect(messageOf([anAlert(kind, incident)]).text.startsWith(start)).toBe(true);
  });

  it('of what comes and goes says that it will be quiet', () => {
    expect(messageOf([anAlert('unstable')]).text).toContain('You hear of it again after six quiet hours.');
  });

  it('says that a host that was short of memory may be too busy to answer', () => {
    const sample = aSample(0, { memory: { totalBytes: 100, availableBytes: 4 } });
    const { text } = messageOf([anAlert('fired', { rule: 'host-silent', object: 'host' }, [sample])]);
    expect(text).toContain('its memory was 96 % in use: it may be too busy to answer');
  });

  it('keeps its subject over all that is told of one incident', () => {
    const kinds = ['fired', 'escalated', 'reminded', 'resolved', 'unstable'] as const;
    const subjects = kinds.map((kind, index) => messageOf([anAlert(kind, { value: 0.9 + index / 100 })]).subject.replace(/^Re: /, ''));
    expect(new Set(subjects).size).toBe(1);
  });

  it('of several alerts names the worst and counts the others', () => {
    const alerts = [
      anAlert('resolved', { rule: 'inodes', state: 'resolved' }),
      anAlert('fired', { rule: 'unhealthy', object: 'web.1' }),
      { ...anAlert('fired', { level: 'critical' }), hostIndex: 2 },
    ];
    const { subject, summary } = messageOf(alerts, { hostCount: 3 });
    expect(subject).toBe('[shop] Disk / above 90 % on host 3 of dockhero-flat-1 and 2 more');
    expect(summary).toMatch(/^Critical: The disk \/ of host 3 is 92 % full\. The health check of web\.1 on host 1 fails\. Over: /);
  });

  it('says the worst of very many, and how many more there are', () => {
    const alerts = Array.from({ length: 5_000 }, (_, index) =>
      anAlert('fired', { rule: 'unhealthy', object: `web.${String(index)}`, level: index === 4_999 ? 'critical' : 'warning' }),
    );
    const { subject, summary, text, html } = messageOf(alerts);
    expect(subject).toContain('web.4999 is unhealthy on dockhero-flat-1 and 4999 more');
    for (const said of [summary, text, html]) {
      expect(said.length).toBeLessThan(40_000);
      expect(said).toContain('web.4999');
      expect(said).toContain('And 4970 more');
    }
    expect(summary).toMatch(/ And 4970 more: heroku dh:alerts\.$/);
  });

  it('does without the name of the app', () => {
    const { subject, text } = messageOf([anAlert('fired')], { appName: null });
    expect(subject).toBe('[dockhero-flat-1] Disk / above 90 % on dockhero-flat-1');
    expect(text).not.toContain('--app');
  });
});

describe("names from the customer's machine", () => {
  const name = `<img src=x>\r\nBcc: a@b.c; $(reboot) '"`;
  const { subject, summary, text, html } = messageOf([anAlert('fired', { rule: 'oom-kill', object: name })]);

  it('add no header and no line to the log', () => {
    expect(subject).not.toMatch(/[\r\n]/);
    expect(summary).not.toMatch(/[\r\n]/);
  });

  it('are no markup', () => {
    expect(html).not.toContain('<img');
  });

  it('are one word of the shell', () => {
    expect(text).toContain(String.raw`$(reboot) '\''"'`);
  });
});

describe('every rule', () => {
  it.each(ruleNames)('%s has a message that loads nothing', (rule) => {
    const { subject, text, html } = messageOf([anAlert('fired', { rule, object: 'web.1' })]);
    expect(subject).toMatch(/^\[shop\] \S.* on dockhero-flat-1$/);
    expect(text).toContain('heroku ');
    expect(html).not.toMatch(/<img|<script|<link|src=|http/);
  });
});
