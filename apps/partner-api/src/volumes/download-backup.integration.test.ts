import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeStore } from '@dockhero/database/volume-store';
import { snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { FakeCloud } from '@dockhero/testing/fakes/fake-cloud';
import { FakeDisks } from '@dockhero/testing/fakes/fake-disks';
import { FakeSnapshotBlocks } from '@dockhero/testing/fakes/fake-snapshot-blocks';
import { FakeSnapshots } from '@dockhero/testing/fakes/fake-snapshots';
import { FakeStorage } from '@dockhero/testing/fakes/fake-storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest, type Answer } from '../testing/api-under-test.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { AsWorker } from '../testing/as-worker.js';

let api: ApiUnderTest;
const gate = new CallGate();
const storage = new FakeStorage(new FakeCloud());
const blocks = new FakeSnapshotBlocks(storage, gate);
beforeAll(async () => {
  blocks.pageSize = 3;
  api = await ApiUnderTest.start(0, { snapshotBlocks: blocks });
});
afterAll(() => api.stop());

/** A backup below an add-on's URL, whose snapshot holds these blocks. */
async function backedUp(written: ReadonlyMap<number, Buffer>): Promise<string> {
  const resourceId = await api.provision({ plan: 'standard' });
  await new AsWorker(api.database).provision(resourceId);
  const { volume } = await new VolumeStore(api.database).create(resourceId, 'data', { sizeGib: 1 });
  await new VolumeAttachmentStore(api.database).recordFormatted(resourceId, volume.id, 1);
  const spec = { zone: 'us-east-1a', sizeGib: 1, type: 'gp3', iops: null, throughput: null, snapshotId: null } as const;
  const of = { resourceId, volumeId: volume.id, name: 'data' };
  const disk = await new FakeDisks(storage).create(volume.id, { ...of, ...spec, generation: 1 });
  for (const [index, bytes] of written) storage.write(disk.id, index, bytes);
  const backupId = await new AsVolumeWorker(api.database).backUp(volume.id);
  const { id: snapshotId } = await new FakeSnapshots(storage).create(disk.id, { ...of, backupId });
  await api.database.backup.update({ where: { id: backupId }, data: { snapshotId } });
  return `/c/${await api.tokenOf(resourceId)}/backups/${backupId}`;
}

const contents = (...indexes: number[]) => new Map(indexes.map((index) => [index, randomBytes(snapshotBlockBytes)]));
const errorOf = ({ status, body }: Answer) => [status, body.id];
const read = (path: string, index: number) => api.call('GET', `${path}/blocks/${String(index)}`);

it('a backup is downloaded page by page and block by block, each with its checksum', async () => {
  const written = contents(0, 1, 5, 80, 81, 1_000, 2_047);
  const path = await backedUp(written);
  const found: number[] = [];
  let next: number | null = 0;
  for (let pages = 0; next !== null && pages < 10; pages += 1) {
    const { status, body } = await api.call('GET', `${path}/blocks?from=${String(next)}`);
    expect([status, body]).toEqual([
      200,
      { block_bytes: 524_288, size: 1, indexes: expect.any(Array), next: expect.toBeOneOf([null, expect.any(Number)]) },
    ]);
    found.push(...(body['indexes'] as number[]));
    next = body['next'] as number | null;
  }
  expect([next, found]).toEqual([null, [...written.keys()]]);
  const lists = gate.count('blocks.list');
  for (const [index, bytes] of written) {
    const answer = await read(path, index);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'application/octet-stream',
      'no-store',
    ]);
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers.get('x-dockhero-sha256')).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
  // What was listed is known.
  expect(gate.count('blocks.list')).toBe(lists);
});

it('a block that its reader is slow to take stays what it is, though memory is used again and again', async () => {
  const written = contents(0, 1, 2);
  const path = await backedUp(written);
  const block = written.get(0) ?? expect.fail('no block');
  const asked = 64;
  const slow = connect(Number(new URL(api.url).port), '127.0.0.1').pause();
  slow.write(`GET ${path}/blocks/0 HTTP/1.1\r\nhost: api\r\n\r\n`.repeat(asked));
  // More than the kernel holds: the API still has some of it.
  for (let reads = -1; reads !== gate.count('blocks.read'); await delay(200)) reads = gate.count('blocks.read');
  for (const index of [1, 2, 1, 2]) await Promise.all(Array.from({ length: 8 }, () => read(path, index)));
  let received = Buffer.alloc(0);
  let blocksSeen = 0;
  for await (const piece of slow) {
    received = Buffer.concat([received, piece as Buffer]);
    const end = received.indexOf('\r\n\r\n') + 4 + snapshotBlockBytes;
    if (received.length < end) continue;
    expect(received.subarray(end - snapshotBlockBytes, end).equals(block)).toBe(true);
    received = received.subarray(end);
    if (++blocksSeen === asked) break;
  }
  expect(blocksSeen).toBe(asked);
});

it('a download ends with its URL, and with its add-on, at the next block', async () => {
  const path = await backedUp(contents(0));
  expect((await read(path, 0)).status).toBe(200);
  const of = { backups: { some: { id: path.split('/').at(-1) ?? '' } } };
  const { id, configTokenHash } = await api.database.resource.findFirstOrThrow({ where: of });
  await api.database.resource.update({ where: { id }, data: { configTokenHash: 'another' } });
  expect(errorOf(await read(path, 0))).toEqual([404, 'resource_not_found']);
  await api.database.resource.update({ where: { id }, data: { configTokenHash, desired: 'removed' } });
  expect(errorOf(await read(path, 0))).toEqual([410, 'resource_gone']);
});

it('a download goes on from any block, though nobody here has listed it', async () => {
  const written = contents(3, 4, 9, 10, 700);
  const path = await backedUp(written);
  for (const index of [9, 700, 3]) expect((await read(path, index)).bytes.equals(written.get(index) ?? Buffer.alloc(0))).toBe(true);
  expect((await api.call('GET', `${path}/blocks?from=10`)).body).toMatchObject({ indexes: [10, 700], next: null });
  for (const hole of [0, 5, 699, 701]) expect(errorOf(await read(path, hole))).toEqual([404, 'block_not_found']);
});

it('a backup in which nothing was written has no blocks', async () => {
  const path = await backedUp(new Map());
  expect((await api.call('GET', `${path}/blocks`)).body).toMatchObject({ indexes: [], next: null, size: 1 });
});

it('what is no index, no completed backup, or somebody else’s, is not downloaded', async () => {
  const path = await backedUp(contents(0));
  for (const index of ['x', '-1', '1.5'])
    expect(errorOf(await api.call('GET', `${path}/blocks/${index}`))).toEqual([422, 'invalid_request']);
  const other = await backedUp(contents(0));
  const id = path.split('/').at(-1) ?? '';
  const stolen = other.replace(/[^/]+$/, id);
  for (const answer of [await api.call('GET', `${stolen}/blocks`), await read(stolen, 0)]) {
    expect(errorOf(answer)).toEqual([404, 'backup_not_found']);
  }
  await api.database.backup.update({ where: { id }, data: { state: 'pending' } });
  for (const answer of [await api.call('GET', `${path}/blocks`), await read(path, 0)])
    expect(errorOf(answer)).toEqual([409, 'backup_not_ready']);
});

it('a block that arrives damaged from AWS is not passed on', async () => {
  const path = await backedUp(contents(0));
  storage.damaged.add(storage.snapshots.at(-1)?.id ?? '');
  expect(errorOf(await read(path, 0))).toEqual([503, 'aws_unavailable']);
});
