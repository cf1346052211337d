import type { AlertOutbox, NewDelivery, StoredTransition, TransitionGroup } from '@dockhero/database/alert-outbox';
import { AppError } from '@dockhero/domain/errors';
import pino from 'pino';
import { expect, it } from 'vitest';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { GroupChanges } from './group-changes.js';

const at = new Date('2030-01-01T12:00:00Z');
const fired: StoredTransition = {
  id: 1,
  incidentId: 'incident-1',
  hostId: 'host-1',
  kind: 'fired',
  at,
  incident: {
    rule: 'disk',
    object: '/',
    state: 'firing',
    level: 'warning',
    pendingSince: at,
    firedAt: at,
    clearSince: null,
    resolvedAt: null,
    value: 0.9,
    peak: 0.9,
    threshold: 0.9,
    notifiedAt: null,
    isDamped: false,
  },
  facts: {},
};
const groups: readonly TransitionGroup[] = [
  { id: 1, resourceId: 'bad', transitions: [] },
  { id: 2, resourceId: 'good', transitions: [fired] },
];

/** Plans both groups in turn, as the outbox does in its one transaction. @returns how many deliveries each got. */
async function grouped(ofBad: Error): Promise<number[]> {
  const planned: number[] = [];
  const group: AlertOutbox['group'] = async (_groupMs, _limit, plan: (one: TransitionGroup) => Promise<readonly NewDelivery[]>) => {
    for (const one of groups) planned.push((await plan(one)).length);
    return groups.length;
  };
  const settings = {
    need: async ([id]: readonly string[]) => {
      if (id === 'bad') throw ofBad;
    },
    of: () => ({ settings: { mailsEnabled: true, recipients: [], webhook: null, slackUrl: null }, silences: [] }),
  } as unknown as ResourceSettings;
  const contacts = { list: async () => [{ email: 'ann@example.com' }] };
  const optOuts = { list: async () => [] };
  const changes = new GroupChanges({ group }, settings, contacts, optOuts, pino({ level: 'silent' }), {
    groupMs: 0,
    mailDomain: 'dockhero.test',
  });
  await changes.group();
  return planned;
}

it('a group that no message can be made of keeps nobody else’s back', async () => {
  expect(await grouped(new TypeError('facts of another release'))).toEqual([0, 2]);
});

it('without Postgres nothing is passed over', async () => {
  await expect(grouped(new AppError('storage_unavailable'))).rejects.toMatchObject({ code: 'storage_unavailable' });
});
