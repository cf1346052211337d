import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { attachLoop } from '../../machine/loop-device.js';
import { loopsUnder } from '../../machine/root-disk.js';
import { sweep } from '../../machine/sweep.js';
import { EbsStore, GIB } from './ebs-store.js';

const log = pino({ level: 'silent' });
const VOLUME = 'vol-00000000000000001';
const SNAPSHOT = 'snap-00000000000000001';

describe.each(['an XFS', 'a plain folder'])('volumes and snapshots in %s', (kind) => {
  let dataDir: string;
  let store: EbsStore;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-ebs-'));
    if (kind === 'a plain folder') vi.stubEnv('PATH', '/nowhere:/usr/bin'); // Debian's mkfs.xfs is in /usr/sbin
    store = await EbsStore.open({ dataDir, log });
    vi.unstubAllEnvs();
  });

  afterAll(async () => {
    await sweep({ name: 'dhe', dataDir });
    await rm(dataDir, { recursive: true });
  });

  it('knows whether its copies are of one moment', () => {
    expect(store.copiesAtOnce).toBe(kind === 'an XFS');
  });

  it('makes a blank volume of its size that takes no room', async () => {
    await store.createVolume(VOLUME, 2, null);
    const { size, blocks } = await stat(store.volumeFile(VOLUME));
    expect([size, blocks]).toEqual([2 * GIB, 0]);
  });

  it('keeps a snapshot as it was when the volume changes and grows', async () => {
    await writeFile(store.volumeFile(VOLUME), 'before', { flag: 'r+' });
    await store.snapshotVolume(VOLUME, SNAPSHOT);
    await writeFile(store.volumeFile(VOLUME), 'after!', { flag: 'r+' });
    await store.growVolume(VOLUME, 3);
    expect((await readFirst(store.snapshotFile(SNAPSHOT))).toString()).toBe('before');
    expect((await readFirst(store.volumeFile(VOLUME))).toString()).toBe('after!');
    expect((await stat(store.snapshotFile(SNAPSHOT))).size).toBe(2 * GIB);
    expect((await stat(store.volumeFile(VOLUME))).size).toBe(3 * GIB);
  });

  it('makes a larger volume of a snapshot', async () => {
    await store.createVolume('vol-00000000000000002', 4, SNAPSHOT);
    const file = store.volumeFile('vol-00000000000000002');
    expect((await readFirst(file)).toString()).toBe('before');
    expect((await stat(file)).size).toBe(4 * GIB);
  });

  it('begins a snapshot blank or as its parent, and makes independent copies', async () => {
    await store.createSnapshot('snap-00000000000000002', 2, SNAPSHOT);
    await store.createSnapshot('snap-00000000000000003', 1, null);
    await store.copySnapshot(SNAPSHOT, 'snap-00000000000000004');
    await store.removeSnapshot(SNAPSHOT);
    const read = (id: string): Promise<Buffer> => readFirst(store.snapshotFile(id));
    expect((await read('snap-00000000000000002')).toString()).toBe('before');
    expect(await read('snap-00000000000000003')).toEqual(Buffer.alloc(6));
    expect((await read('snap-00000000000000004')).toString()).toBe('before');
  });

  it('takes the place of a half-made copy, and does not mind a second removal', async () => {
    await writeFile(`${store.volumeFile(VOLUME)}.part`, 'rubbish');
    await store.replaceVolume(VOLUME);
    expect((await readFirst(store.volumeFile(VOLUME))).toString()).toBe('after!');
    await store.removeVolume(VOLUME);
    await store.removeVolume(VOLUME);
    await expect(stat(store.volumeFile(VOLUME))).rejects.toThrow('ENOENT');
  });

  it('finds everything again at the next start', async () => {
    await store.createVolume(VOLUME, 1, null);
    const next = await EbsStore.open({ dataDir, log });
    expect(next.copiesAtOnce).toBe(store.copiesAtOnce);
    await truncate(next.volumeFile(VOLUME), 0);
    expect((await stat(store.volumeFile(VOLUME))).size).toBe(0);
    expect(await readFile(store.volumeFile(VOLUME), 'utf8')).toBe('');
  });

  it('leaves nothing after a sweep, also with a volume in use', async () => {
    await store.createVolume(VOLUME, 1, null);
    await attachLoop(store.volumeFile(VOLUME));
    await sweep({ name: 'dhe', dataDir });
    expect(await readdir(dataDir)).toEqual([]);
    expect(await loopsUnder(dataDir)).toEqual([]);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(dataDir);
  });
});

async function readFirst(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(6), 0, 6, 0)).buffer;
  } finally {
    await handle.close();
  }
}
