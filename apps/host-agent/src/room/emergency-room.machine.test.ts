import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileSystems } from '../collect/file-systems.js';
import { EmergencyRoom } from './emergency-room.js';

const mebibyte = 2 ** 20;
const minute = 60_000;
let dir = '';
let disk = '';

/** A real ext4 of 2 GiB, of which only what is written takes room here. */
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-room-'));
  disk = path.join(dir, 'disk');
  mkdirSync(disk);
  const image = path.join(dir, 'disk.img');
  writeFileSync(image, '');
  truncateSync(image, 2048 * mebibyte);
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
});
afterEach(() => {
  execFileSync('umount', [disk]);
  rmSync(dir, { recursive: true });
});

it('a full disk gets its reserve back at once, says what was freed, and makes a new one when it has been calm', async () => {
  const ballastFile = path.join(disk, 'dockhero/ballast');
  const stateDir = path.join(dir, 'state');
  const prunes = { images: () => Promise.resolve(5), build_cache: () => Promise.reject(new Error('Docker is down')) };
  const context = { dir: disk, ballastFile, stateDir, fileSystems: new FileSystems(), mayPrune: () => true, prunes, log: () => {} };
  const room = new EmergencyRoom(context);
  await room.look(0);
  expect(room.ballastBytes).toBeGreaterThan(30 * mebibyte);
  expect(statSync(ballastFile).size).toBeLessThan(41 * mebibyte);

  const hog = path.join(disk, 'hog');
  const availableBytes = async (): Promise<number> => statfs(disk).then(({ bavail, bsize }) => bavail * bsize);
  const before = await availableBytes();
  execFileSync('fallocate', ['-l', String(before - 10 * mebibyte), hog]);
  await room.look(1 * minute);
  expect(room.ballastBytes).toBe(0);
  expect(await availableBytes()).toBeGreaterThan(40 * mebibyte);
  await expect.poll(() => room.freed.images, { timeout: 20_000 }).toBe(5);
  expect(room.freed.ballast).toBeGreaterThan(30 * mebibyte);
  expect(new EmergencyRoom(context).freed).toEqual(room.freed);

  rmSync(hog);
  await room.look(2 * minute);
  expect(room.ballastBytes).toBe(0);
  await room.look(13 * minute);
  expect(room.ballastBytes).toBeGreaterThan(30 * mebibyte);
});

it('no reserve is made on another disk', async () => {
  const lines: string[] = [];
  const prunes = { images: () => Promise.resolve(0), build_cache: () => Promise.resolve(0) };
  const ballastFile = path.join(dir, 'elsewhere/ballast');
  const fileSystems = new FileSystems();
  const room = new EmergencyRoom({
    dir: disk,
    ballastFile,
    stateDir: dir,
    fileSystems,
    mayPrune: () => true,
    prunes,
    log: (line) => lines.push(line),
  });
  await room.look(0);
  expect([room.ballastBytes, lines.join()]).toEqual([0, expect.stringContaining('is not on the disk of')]);
});
