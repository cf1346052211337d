import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../connection/session.js';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { aBackup, blockAnswer, StandInVolumes } from '../testing/stand-in-volumes.js';
import { runDownload } from './run-download.js';

const api = new StandInApi();
const blockBytes = 4_096;
const id = aBackup({}).id;
let folder = '';
let path = '';

beforeAll(() => api.start());
afterAll(() => api.stop());
beforeEach(async () => {
  Object.assign(api.volumes, new StandInVolumes(), { backups: [aBackup({})] });
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  path = join(folder, 'data.img');
  return () => rm(folder, { recursive: true, force: true });
});

function download(): Promise<string> {
  const app = new KnownApp();
  app.config = { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' };
  return runDownload(new Session(app, new RecordedTerminal(), folder, undefined), '7d3f', path);
}

/** Blocks here and there in a volume of 1 GiB, the last one among them. */
function scatter(count: number): void {
  const places = Array.from({ length: count }, (_, at) => at * 7 + (at % 3));
  api.volumes.blocks = new Map([...places, 1_024 ** 3 / blockBytes - 1].map((index) => [index, randomBytes(blockBytes)]));
}

/** Every block is where it belongs, all else is holes, and nothing but the file is left. */
async function expectWhole(): Promise<void> {
  const file = await open(path);
  const { size, blocks } = await file.stat();
  const filled = [...api.volumes.blocks.keys()].slice(0, -1);
  const head = Buffer.alloc((Math.max(...filled) + 1) * blockBytes);
  for (const index of filled) api.volumes.blocks.get(index)?.copy(head, index * blockBytes);
  expect((await file.read(Buffer.alloc(head.length), 0, head.length, 0)).buffer.equals(head)).toBe(true);
  const last = (await file.read(Buffer.alloc(blockBytes), 0, blockBytes, size - blockBytes)).buffer;
  expect(last.equals([...api.volumes.blocks.values()].at(-1) ?? Buffer.alloc(0))).toBe(true);
  await file.close();
  expect([size, blocks * 512 < 2 * head.length + 1_024 ** 2]).toEqual([1_024 ** 3, true]);
  expect(await readdir(folder)).toEqual(['data.img']);
}

describe('a download', () => {
  test('is the raw image with every block in its place, sparse, and the owner’s alone', async () => {
    scatter(100);
    expect(await download()).toContain(`holds backup ${id}: 404 KB received`);
    await expectWhole();
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(api.volumes.blocksRead.toSorted((a, b) => a - b)).toEqual([...api.volumes.blocks.keys()]);
  });

  test('goes on where it ended, and asks for next to nothing twice', async () => {
    scatter(100);
    const poison = [...api.volumes.blocks.keys()][60] ?? 0;
    api.volumes.onBlock = (index, bytes) =>
      index === poison ? [410, { id: 'backup_not_found', message: 'There is no such backup.', request_id: 'r' }] : blockAnswer(bytes);
    await expect(download()).rejects.toThrow('There is no such backup.');
    expect(await readdir(folder)).toEqual(['data.img', 'data.img.dockhero-part']);
    const before = api.volumes.blocksRead.length;
    api.volumes.onBlock = (_, bytes) => blockAnswer(bytes);
    await download();
    await expectWhole();
    expect(before).toBeGreaterThanOrEqual(60);
    // Those after the one that failed were under way beside it: 24 at most.
    expect(api.volumes.blocksRead.length - api.volumes.blocks.size).toBeLessThanOrEqual(24);
  });

  test('asks again for what came damaged, and ends when it always does', async () => {
    scatter(20);
    const [first = 0] = api.volumes.blocks.keys();
    let tries = 0;
    api.volumes.onBlock = (index, bytes) => {
      if (index !== first || ++tries > 2) return blockAnswer(bytes);
      const [status, , headers] = blockAnswer(bytes);
      return tries === 1 ? [status, randomBytes(blockBytes), headers ?? {}] : [status, bytes, {}];
    };
    await download();
    expect(tries).toBe(3);
    await expectWhole();
  });

  test('waits as long as it is told when it asks too much, with all of them', async () => {
    scatter(60);
    let until = 0;
    let isEarly = false;
    api.volumes.onBlock = (_, bytes) => {
      const now = Date.now();
      if (until === 0) until = now + 1_000;
      // 23 more may be under way.
      if (now < until && api.volumes.blocksRead.length > 24) isEarly = true;
      if (now < until) return [429, { id: 'too_many_requests', message: 'Slower.', request_id: 'r' }, { 'retry-after': '1' }];
      return blockAnswer(bytes);
    };
    await download();
    expect([isEarly, until > 0]).toEqual([false, true]);
    await expectWhole();
  });

  test('does not take being told to come later for a failure', async () => {
    scatter(3);
    let refusals = 0;
    api.volumes.onBlock = (_, bytes) =>
      ++refusals > 50
        ? blockAnswer(bytes)
        : [429, { id: 'download_too_fast', message: 'Slower.', request_id: 'r' }, { 'retry-after': '0' }];
    await download();
    await expectWhole();
  });

  test('ends at once where backups cannot be downloaded at all', async () => {
    scatter(3);
    api.volumes.onBlock = () => [503, { id: 'download_unavailable', message: 'Not from here.', request_id: 'r' }, { 'retry-after': '30' }];
    await expect(download()).rejects.toThrow('Not from here.');
  });

  test('of an empty volume is a file of holes', async () => {
    await download();
    const { size, blocks } = await stat(path);
    expect([size, blocks]).toEqual([1_024 ** 3, 0]);
  });

  test('never overwrites: neither a file that is there, nor a part of another backup', async () => {
    scatter(3);
    await writeFile(path, 'precious');
    await expect(download()).rejects.toThrow('data.img is there already.');
    await writeFile(`${path}.dockhero-part`, JSON.stringify({ backup: 'another', block_bytes: blockBytes, next: 5 }));
    await expect(download()).rejects.toThrow('is a part of another backup, another.');
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  test('begins anew when the part is gone, or the blocks have another size now', async () => {
    scatter(10);
    await writeFile(`${path}.dockhero-part`, JSON.stringify({ backup: id, block_bytes: blockBytes, next: 50 }));
    await download();
    await expectWhole();
    await writeFile(`${path}.dockhero-part`, JSON.stringify({ backup: id, block_bytes: 512, next: 50 }));
    await writeFile(path, randomBytes(100_000));
    await download();
    await expectWhole();
  });

  test('is of complete backups only', async () => {
    api.volumes.backups = [aBackup({ state: 'pending' })];
    await expect(download()).rejects.toThrow('is pending: only complete ones can be downloaded.');
  });
});
