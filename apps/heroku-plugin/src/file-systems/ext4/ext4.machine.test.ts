import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Seeded } from '../../stackfile/testing/seeded.js';
import { churn } from '../testing/churn.js';
import { describeTree, differences } from '../testing/describe-tree.js';
import { FileDevice } from '../testing/file-device.js';
import { fragment, reserve } from '../testing/fragment.js';
import { ImageBench } from '../testing/image-bench.js';
import { RandomTree } from '../testing/random-tree.js';
import { readSuperblock } from './superblock.js';

let bench: ImageBench;

beforeEach(() => {
  bench = new ImageBench();
  return () => bench.remove();
});

describe('a tar of an ext4 volume that a host wrote', () => {
  test.each([
    ['as volumes are made', []],
    ['with blocks of 1 KiB', ['-b', '1024']],
    ['as ext3', ['-O', '^extent,^metadata_csum,^64bit,^flex_bg']],
  ])('is its files, to the nanosecond: %s', async (_, options) => {
    const image = bench.mount(bench.image('disk.img').make('ext4', 512, options));
    const data = `${image.place}/data`;
    mkdirSync(data);
    new RandomTree(data, 5, { files: 300, crowd: 6_000, isRoot: true, latest: 3_000_000_000.5 }).fill();
    fragment(data);
    if (!options.join().includes('^extent')) reserve(data);
    expect(differences(await bench.unpacked(bench.frozen(image, 'frozen.img')), describeTree(data))).toEqual([]);
  });
});

describe('a volume that was in use', () => {
  test.each([
    ['as volumes are made', [], ''],
    ['without checksums', ['-O', '^metadata_csum,^64bit'], ''],
    ['with data in the journal', [], ',data=journal'],
    ['with blocks of 1 KiB and a small journal', ['-b', '1024', '-J', 'size=4'], ''],
  ])('is read as a mount would find it: %s', async (_, options, mountOptions) => {
    const image = bench.mount(bench.image('disk.img').make('ext4', 256, options), `loop,commit=1${mountOptions}`);
    mkdirSync(`${image.place}/data`);
    const seeded = new Seeded(9);
    let needed = 0;
    for (let round = 0; round < 4; round++) {
      churn(`${image.place}/data`, seeded, round);
      const copy = image.copyTo(path.join(bench.folder, `copy${String(round)}.img`));
      const device = await FileDevice.open(copy.file);
      if ((await readSuperblock(device))?.needsRecovery === true) needed++;
      await device.close();
      const ours = await bench.unpacked(copy);
      bench.mount(copy);
      expect(differences(ours, describeTree(`${copy.place}/data`))).toEqual([]);
      bench.unmount(copy);
      rmSync(copy.file);
    }
    expect(needed).toBe(4);
  });
});
