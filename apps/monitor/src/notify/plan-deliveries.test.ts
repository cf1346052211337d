import type { StoredTransition } from '@dockhero/database/alert-outbox';
import type { Incident, TransitionKind } from '@dockhero/domain/monitoring/incident';
import { Secret } from '@dockhero/domain/secret';
import { describe, expect, it } from 'vitest';
import { planDeliveries, type Recipients } from './plan-deliveries.js';
import type { MailMessage } from './send-mail.js';

const start = new Date('2030-01-01T12:00:00Z');
const firedAt = new Date(start.getTime() + 30_000);
const whose = { appName: 'shop', resourceName: 'dockhero-flat-1', plan: 'hobby', hostIndex: 0, hostCount: 1 };
const disk: Incident = {
  rule: 'disk',
  object: '/',
  state: 'firing',
  level: 'warning',
  pendingSince: start,
  firedAt,
  clearSince: null,
  resolvedAt: null,
  value: 0.9123,
  peak: 0.95,
  threshold: 0.9,
  notifiedAt: null,
  isDamped: false,
};

let ids = 0;
function transition(kind: TransitionKind, incidentId = 'incident-1', patch: Partial<Incident> = {}): StoredTransition {
  const at = kind === 'fired' ? firedAt : new Date(start.getTime() + 600_000);
  ids += 1;
  return { id: ids, incidentId, hostId: 'host-1', kind, at, incident: { ...disk, ...patch }, facts: { whose } };
}

const everybody: Recipients = {
  settings: { mailsEnabled: true, recipients: ['Ann@Example.com', 'ops@example.com'], webhook: null, slackUrl: null },
  contacts: ['ann@example.com', 'bob@example.com'],
  optOuts: [],
};
const plan = (transitions: readonly StoredTransition[], patch: Partial<Recipients['settings']> = {}) =>
  planDeliveries(transitions, { ...everybody, settings: { ...everybody.settings, ...patch } }, 'dockhero.io');
const mailOf = (...transitions: StoredTransition[]) => plan(transitions)[0]?.payload as unknown as MailMessage;

describe('planDeliveries', () => {
  it('writes one mail to each person, however often they are named, and one line to the app’s log', () => {
    expect(plan([transition('fired')]).map(({ channel, recipient }) => [channel, recipient])).toEqual([
      ['mail', 'Ann@Example.com'],
      ['mail', 'bob@example.com'],
      ['mail', 'ops@example.com'],
      ['log', String(ids)],
    ]);
  });

  it('writes no mails where they are switched off', () => {
    expect(plan([transition('fired')], { mailsEnabled: false }).map(({ channel }) => channel)).toEqual(['log']);
  });

  it('writes none to those who want none, however their address is written', () => {
    const planned = planDeliveries([transition('fired')], { ...everybody, optOuts: ['ann@example.com', 'ops@example.com'] }, 'dockhero.io');
    expect(planned.map(({ channel, recipient }) => [channel, recipient])).toEqual([
      ['mail', 'bob@example.com'],
      ['log', String(ids)],
    ]);
  });

  it('tells webhook and Slack where they are set, and keeps their addresses out of the outbox', () => {
    const url = new Secret('https://hooks.example.com/geheim');
    const planned = plan([transition('fired'), transition('fired', 'incident-2')], {
      mailsEnabled: false,
      slackUrl: url,
      webhook: { url, secret: new Secret('geheimer') },
    });
    expect(planned.map(({ channel }) => channel)).toEqual(['slack', 'log', 'log', 'webhook', 'webhook']);
    expect(JSON.stringify(planned)).not.toContain('geheim');
  });

  it('puts all changes of a group into one mail', () => {
    const { subject, text } = mailOf(transition('fired'), transition('fired', 'incident-2', { rule: 'memory', object: 'host' }));
    expect(subject).toMatch(/^\[shop\] .* and 1 more$/);
    expect(text).toContain('The disk / of the host is 91 % full');
    expect(text).toContain('The memory of the host is 91 % in use');
  });

  it('gives a mail the same id at each planning, and its successors refer to it', () => {
    const fired = mailOf(transition('fired'));
    expect(fired.messageId).toBe(mailOf(transition('fired')).messageId);
    expect(fired.references).toEqual([]);
    const resolved = mailOf(transition('resolved'));
    expect(resolved.references).toEqual([fired.messageId]);
    expect(resolved.messageId).not.toBe(fired.messageId);
  });

  it('a mail about several incidents can be found by each of them', () => {
    const both = mailOf(transition('fired'), transition('fired', 'incident-2'));
    expect(both.references).toEqual(mailOf(transition('resolved', 'incident-2')).references);
  });

  it('escapes what the customer named for Slack', () => {
    const planned = plan([transition('fired', 'incident-1', { rule: 'unhealthy', object: '<!channel>.1' })], { slackUrl: new Secret('x') });
    const slack = planned.find(({ channel }) => channel === 'slack');
    expect(slack?.payload['text']).toContain('&lt;!channel&gt;.1');
    expect(slack?.payload['text']).not.toContain('<');
  });

  it('writes a line for the app’s log that programs can read, and people', () => {
    const line = (kind: TransitionKind) => plan([transition(kind)], { mailsEnabled: false })[0]?.payload;
    expect(line('fired')).toEqual({
      kind: 'warning',
      text: expect.stringMatching(
        /^alert=disk state=firing level=warning machine=host-1 object=\/ value=91%: The disk \/ of the host is 91 % full/,
      ),
    });
    expect(line('resolved')).toMatchObject({ kind: 'notice', text: expect.stringContaining('state=resolved') });
  });

  it('gives a webhook each change as an event', () => {
    const url = new Secret('https://hooks.example.com/');
    const event = plan([transition('fired')], { webhook: { url, secret: null } }).find(({ channel }) => channel === 'webhook');
    expect(event?.payload).toEqual({
      id: `incident-1.fired.${String(firedAt.getTime())}`,
      type: 'alert.firing',
      createdAt: '2030-01-01T12:00:30.000Z',
      resource: 'dockhero-flat-1',
      app: 'shop',
      machine: 'host-1',
      rule: 'disk',
      severity: 'warning',
      object: '/',
      value: 0.9123,
      threshold: 0.9,
      startedAt: '2030-01-01T12:00:00.000Z',
      endedAt: null,
      text: expect.stringContaining('The disk / of the host is 91 % full'),
    });
  });
});
