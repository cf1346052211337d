import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Seeded } from '../../stackfile/testing/seeded.js';
import { churn } from '../testing/churn.js';
import { damageAndRead } from '../testing/damage-and-read.js';
import { describeTree, differences } from '../testing/describe-tree.js';
import { fragment, reserve } from '../testing/fragment.js';
import { ImageBench } from '../testing/image-bench.js';
import { RandomTree } from '../testing/random-tree.js';

let bench: ImageBench;

beforeEach(() => {
  bench = new ImageBench();
  return () => bench.remove();
});

describe('a tar of an XFS volume that a host wrote', () => {
  test.each([
    ['as volumes are made', []],
    ['with blocks of 1 KiB and counts of extents in 64 bits', ['-b', 'size=1024', '-i', 'nrext64=1']],
    ['with larger blocks of folders', ['-n', 'size=16384']],
  ] as const)('is its files, to the nanosecond: %s', async (_, options) => {
    const image = bench.mount(bench.image('disk.img').make('xfs', 512, options));
    const data = `${image.place}/data`;
    mkdirSync(data);
    new RandomTree(data, 5, { files: 300, crowd: 4_000, isRoot: true, latest: 3_000_000_000.5 }).fill();
    symlinkSync('x'.repeat(1_000), `${data}/link1000`);
    fragment(data);
    reserve(data);
    expect(differences(await bench.unpacked(bench.frozen(image, 'frozen.img')), describeTree(data))).toEqual([]);
    const kept = describeTree(data);
    bench.unmount(image);
    expect(differences(await bench.unpacked(image), kept)).toEqual([]);
  });
});

describe('the log of an XFS volume', () => {
  test('that was in use is not passed over: what to do instead is said', async () => {
    const image = bench.mount(bench.image('disk.img').make('xfs', 320));
    mkdirSync(`${image.place}/data`);
    const seeded = new Seeded(9);
    for (let round = 0; round < 3; round++) {
      churn(`${image.place}/data`, seeded, round);
      const copy = image.copyTo(path.join(bench.folder, `copy${String(round)}.img`));
      await expect(bench.unpacked(copy)).rejects.toThrow(
        'was in use, and its log cannot be replayed here. Restore the backup to a new volume',
      );
    }
  });

  test('that went round many times is at rest when it is frozen', async () => {
    const image = bench.mount(bench.image('disk.img').make('xfs', 512, ['-l', 'size=64m']));
    mkdirSync(`${image.place}/data`);
    for (let round = 0; round < 5; round++) {
      writeFileSync(`${image.place}/data/${String(round)}`, 'x');
      // Metadata enough to go round, some 20 MB each.
      execFileSync('sh', ['-c', 'mkdir d && cd d && seq 12000 | xargs touch && cd .. && rm -r d && sync -f .'], { cwd: image.place });
      const copy = bench.frozen(image, `copy${String(round)}.img`);
      expect(differences(await bench.unpacked(copy), describeTree(`${image.place}/data`))).toEqual([]);
    }
  });
});

test('a damaged XFS image ends in an archive or in an error that says so, soon', async () => {
  const image = bench.mount(bench.image('disk.img').make('xfs', 320));
  mkdirSync(`${image.place}/data`);
  new RandomTree(`${image.place}/data`, 3, { files: 60, crowd: 200, isRoot: true, latest: 1 }).fill();
  fragment(`${image.place}/data`);
  bench.unmount(image);
  const results = await damageAndRead(readFileSync(image.file), 150, 11);
  expect(results.unexpected).toEqual([]);
  expect(results.refused).toBeGreaterThan(5);
});
