import type { BackupState } from '@dockhero/domain/monitoring/observe-addon';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddonStateStore } from './addon-state-store.js';
import { makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

const hour = 3_600;
let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let resourceId: string;
let hostIds: string[];
beforeAll(async () => {
  stores = await openTestDatabase();
});
beforeEach(async () => {
  ({ resourceId, hostIds } = await makeHosts(stores, 2));
});
afterAll(() => stores.close());

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const about = (seconds: number): number => expect.closeTo(seconds, -1.3) as number;
const read = async () => {
  const state = (await new AddonStateStore(stores.database).readMany([resourceId])).get(resourceId);
  if (!state) throw new Error('not read');
  return state;
};

describe('the log', () => {
  const followable = async (hostId: string) => {
    await stores.database.host.update({ where: { id: hostId }, data: { address: '192.0.2.1' } });
    await stores.database.hostEnrolment.create({ data: { hostId, generation: 1, publicKeyHash: 'hash', certificatePem: 'pem' } });
  };
  const lease = (hostId: string, untilAgo: number, lateSince: Date | null) =>
    stores.database.logLease.create({ data: { hostId, holder: 'a', until: ago(untilAgo), lateSince } });

  it.each([
    [
      'none is late',
      [
        [-60, null],
        [-60, null],
      ],
      { behindSeconds: 0, isFollowed: true },
    ],
    [
      'the log of one host is',
      [
        [-60, null],
        [-60, 400],
      ],
      { behindSeconds: about(400), isFollowed: true },
    ],
    [
      'nobody follows one host',
      [
        [-60, null],
        [500, null],
      ],
      { behindSeconds: about(500), isFollowed: false },
    ],
    ['who followed it was late already', [[500, 700]], { behindSeconds: about(700), isFollowed: false }],
    ['nobody ever followed', [], { behindSeconds: null, isFollowed: true }],
  ] as const)('%s', async (_, leases, expected) => {
    for (const [index, [untilAgo, late]] of leases.entries()) {
      await followable(hostIds[index] ?? '');
      await lease(hostIds[index] ?? '', untilAgo, late === null ? null : ago(late));
    }
    expect((await read()).logs).toEqual(expected);
  });

  it('of a host that cannot be followed says nothing', async () => {
    await lease(hostIds[0] ?? '', 500, null);
    expect((await read()).logs).toEqual({ behindSeconds: null, isFollowed: true });
  });
});

describe('the backups', () => {
  const volume = async (name: string, change: object = {}, facts: object = { state: 'attached', attachedInstanceId: 'i-1' }) => {
    const spec = { sizeGib: 10, type: 'gp3', fs: 'ext4', backups: 'daily', createdAt: ago(100 * hour) };
    const { id } = await stores.database.volume.create({ data: { resourceId, name, liveName: name, ...spec, ...change } });
    await stores.database.volumeFacts.create({ data: { volumeId: id, ...facts } });
    return id;
  };
  const backup = (volumeId: string, askedAgo: number, change: object) =>
    stores.database.backup.create({
      data: { resourceId, volumeId, generation: 1, kind: 'daily', sizeGib: 10, requestedAt: ago(askedAgo), ...change },
    });
  const completed = (agoSeconds: number) => ({ state: 'completed', takenAt: ago(agoSeconds), completedAt: ago(agoSeconds - 60) });
  const states = async (): Promise<readonly BackupState[]> => (await read()).backups;

  it('age from the content of the newest good one, or with the volume', async () => {
    await volume('never', {}, { state: 'available' });
    const id = await volume('often');
    await backup(id, 50 * hour, completed(50 * hour));
    await backup(id, 20 * hour, completed(20 * hour));
    await backup(id, 1 * hour, {
      ...completed(1 * hour),
      verification: 'failed',
      verifiedAt: ago(60),
      verificationDetail: 'fsck found errors.',
    });
    const none = { askedFor: null, failures: 0, hasFailed: false, failure: null, isVerificationBad: false, verificationDetail: null };
    expect(await states()).toEqual([
      { ...none, volume: 'never', goodAge: about(100 * hour), mayDiffer: false },
      {
        ...none,
        volume: 'often',
        goodAge: about(20 * hour),
        mayDiffer: true,
        isVerificationBad: true,
        verificationDetail: 'fsck found errors.',
      },
    ]);
  });

  it('tell of the newest whether it fails, was given up, or is under way for long', async () => {
    const failing = await volume('a-failing');
    await backup(failing, 30 * hour, completed(30 * hour));
    await backup(failing, 4 * hour, { state: 'requested', failures: 2, failure: 'AWS refused.' });
    const given = await volume('b-given-up');
    await backup(given, 4 * hour, { state: 'failed', failures: 8, failure: 'AWS refused.' });
    const mended = await volume('c-mended');
    await backup(mended, 4 * hour, { state: 'failed', failures: 8, failure: 'AWS refused.' });
    await backup(mended, 1 * hour, completed(1 * hour));
    expect(await states()).toEqual([
      expect.objectContaining({
        goodAge: about(30 * hour),
        askedFor: about(4 * hour),
        failures: 2,
        hasFailed: false,
        failure: 'AWS refused.',
      }),
      expect.objectContaining({ goodAge: about(100 * hour), askedFor: null, failures: 8, hasFailed: true }),
      expect.objectContaining({ goodAge: about(1 * hour), askedFor: null, failures: 0, hasFailed: false }),
    ]);
  });

  it('may be older than what a host has written since, also when none has the volume any more', async () => {
    for (const [name, lastAttachedAt] of [
      ['a-since', ago(10 * hour)],
      ['b-before', ago(30 * hour)],
    ] as const) {
      await backup(await volume(name, {}, { state: 'available', lastAttachedAt }), 20 * hour, completed(20 * hour));
    }
    await volume('c-never-backed-up', {}, { state: 'available', lastAttachedAt: ago(50 * hour) });
    expect((await states()).map(({ mayDiffer }) => mayDiffer)).toEqual([true, false, true]);
  });

  it('count as what the newest of those verified is: a later one that is whole ends it, an older one does not', async () => {
    const id = await volume('data');
    await backup(id, 30 * hour, { ...completed(30 * hour), verification: 'failed', verifiedAt: ago(29 * hour) });
    await backup(id, 10 * hour, { ...completed(10 * hour), verification: 'ok', verifiedAt: ago(9 * hour) });
    expect(await states()).toEqual([expect.objectContaining({ isVerificationBad: false, goodAge: about(10 * hour) })]);
    await backup(id, 5 * hour, { ...completed(5 * hour), verification: 'failed', verifiedAt: ago(10 * hour) });
    expect(await states()).toEqual([expect.objectContaining({ isVerificationBad: true, goodAge: about(10 * hour) })]);
  });

  it('are told of volumes that are to have them and are there, and of this add-on', async () => {
    await volume('none', { backups: 'none' });
    await volume('gone', { desired: 'removed', liveName: null });
    const other = await makeHosts(stores, 1);
    await stores.database.volume.updateMany({ where: { name: 'none' }, data: { resourceId: other.resourceId, backups: 'daily' } });
    expect(await states()).toEqual([]);
  });
});

it('without Postgres nothing is said', async () => {
  await expect(new AddonStateStore(openDeadDatabase()).readMany([resourceId])).rejects.toMatchObject({ code: 'storage_unavailable' });
});
