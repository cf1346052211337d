import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Seeded } from '../../stackfile/testing/seeded.js';
import { describeTree, differences } from '../testing/describe-tree.js';
import { FileDevice } from '../testing/file-device.js';
import { MountedImage } from '../testing/mounted-image.js';
import { RandomTree } from '../testing/random-tree.js';
import { writeTarOf } from '../testing/write-tar-of.js';
import { readSuperblock } from './superblock.js';

let folder = '';
const mounted: MountedImage[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ext4-mounted-'));
  return () => {
    for (const image of mounted.splice(0)) image.unmount();
    rmSync(folder, { recursive: true, force: true });
  };
});

function mount(image: MountedImage, options?: string): MountedImage {
  mounted.push(image.mount(options));
  return image;
}

function unmount(image: MountedImage): void {
  image.unmount();
  mounted.splice(mounted.indexOf(image), 1);
}

/** What our archive of an image unpacks to. */
async function unpacked(file: string): Promise<string[]> {
  const [archive, place] = [path.join(folder, 'ours.tar'), path.join(folder, 'ours')];
  const device = await FileDevice.open(file);
  await writeTarOf(device, archive);
  await device.close();
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  execFileSync('tar', ['--numeric-owner', '--warning=no-timestamp', '-xpf', archive, '-C', place]);
  return describeTree(place);
}

/** A file in thousands of pieces. */
function fragment(place: string): void {
  const [one, other] = [openSync(`${place}/fragmented`, 'w'), openSync(`${place}/other`, 'w')];
  for (let index = 0; index < 3_000; index++) {
    writeSync(one, Buffer.alloc(4_096, index % 251), 0, 4_096, index * 8_192);
    if (index % 50 === 0) fsyncSync(one);
    writeSync(other, Buffer.alloc(4_096, 1));
  }
  closeSync(one);
  closeSync(other);
}

/** Room that is set aside and not written. */
function reserve(place: string): void {
  execFileSync('fallocate', ['-l', '3M', `${place}/reserved`]);
  appendFileSync(`${place}/reserved`, 'end');
}

describe('a tar of an ext4 volume that a host wrote', () => {
  test.each([
    ['as volumes are made', []],
    ['with blocks of 1 KiB', ['-b', '1024']],
    ['as ext3', ['-O', '^extent,^metadata_csum,^64bit,^flex_bg']],
  ])('is its files, to the nanosecond: %s', async (_, options) => {
    const image = mount(new MountedImage(path.join(folder, 'disk.img')).make('ext4', 512, options));
    const data = `${image.place}/data`;
    mkdirSync(data);
    new RandomTree(data, 5, { files: 300, crowd: 6_000, isRoot: true, latest: 3_000_000_000.5 }).fill();
    fragment(data);
    if (!options.join().includes('^extent')) reserve(data);
    execFileSync('fsfreeze', ['-f', image.place]);
    const frozen = image.copyTo(path.join(folder, 'frozen.img'));
    execFileSync('fsfreeze', ['-u', image.place]);
    expect(differences(await unpacked(frozen.file), describeTree(data))).toEqual([]);
  });
});

describe('a volume that was in use', () => {
  test.each([
    ['as volumes are made', [], ''],
    ['without checksums', ['-O', '^metadata_csum,^64bit'], ''],
    ['with data in the journal', [], ',data=journal'],
    ['with blocks of 1 KiB and a small journal', ['-b', '1024', '-J', 'size=4'], ''],
  ])('is read as a mount would find it: %s', async (_, options, mountOptions) => {
    const image = mount(new MountedImage(path.join(folder, 'disk.img')).make('ext4', 256, options), `loop,commit=1${mountOptions}`);
    mkdirSync(`${image.place}/data`);
    const seeded = new Seeded(9);
    let needed = 0;
    for (let round = 0; round < 4; round++) {
      churn(`${image.place}/data`, seeded, round);
      const copy = image.copyTo(path.join(folder, `copy${String(round)}.img`));
      const device = await FileDevice.open(copy.file);
      if ((await readSuperblock(device))?.needsRecovery === true) needed++;
      await device.close();
      const ours = await unpacked(copy.file);
      mount(copy);
      expect(differences(ours, describeTree(`${copy.place}/data`))).toEqual([]);
      unmount(copy);
      rmSync(copy.file);
    }
    expect(needed).toBe(4);
  });
});

/** Makes, changes and removes files and folders, and lets the journal have some of it. */
function churn(data: string, seeded: Seeded, round: number): void {
  const base = `${data}/round${String(round)}`;
  mkdirSync(base);
  for (let index = 0; index < 600; index++) {
    const name = `${base}/${String(seeded.below(200))}`;
    if (seeded.chance(25)) rmSync(name, { recursive: true, force: true });
    else if (seeded.chance(20)) mkdirSync(`${name}-folder/below`, { recursive: true });
    else if (seeded.chance(10)) rmSync(`${name}-folder`, { recursive: true, force: true });
    // The journal's own number, so that copies must be escaped.
    else writeFileSync(name, Buffer.concat([Buffer.from('c03b3998', 'hex'), Buffer.alloc(seeded.below(20_000), index)]));
    if (index % 100 === 99) execFileSync('sync', ['-f', data]);
    if (index % 40 === 39) {
      const file = openSync(`${base}/synced`, 'a');
      writeSync(file, 'more');
      fsyncSync(file);
      closeSync(file);
    }
  }
}
