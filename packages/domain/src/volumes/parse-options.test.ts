import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.js';
import { optionNames, parseOptions, sizeGibMax, type GivenOptions } from './parse-options.js';
import { changeOptions, resolveOptions } from './resolve-options.js';
import { backupPolicies, fileSystemTypes, volumeTypes, type VolumeOptions } from './volume.js';

/** A random generator that the same seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const below = (random: () => number, end: number) => Math.floor(random() * end);
function pick<T>(random: () => number, from: readonly T[]): T {
  const found = from[below(random, from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'volume_options') return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

const defaults = { sizeGib: 10, type: 'gp3', fs: 'ext4', backups: 'daily' } as const;

describe('driver options', () => {
  it('are read whatever their order, their case and the unit of the size', () => {
    expect(parseOptions({})).toEqual({});
    expect(parseOptions({ size: '20', type: 'gp3', fs: 'ext4', backups: 'daily', iops: '6000', throughput: '250' })).toEqual({
      sizeGib: 20,
      type: 'gp3',
      fs: 'ext4',
      backups: 'daily',
      iops: 6_000,
      throughput: 250,
    });
    for (const size of ['20', '20g', '20G', '20gb', '20GiB', '20 GiB', ' 20gi ', '020'])
      expect(parseOptions({ size })).toEqual({ sizeGib: 20 });
    expect(parseOptions({ type: 'IO2', fs: 'XFS', backups: 'None' })).toEqual({ type: 'io2', fs: 'xfs', backups: 'none' });
  });

  it.each([
    [{ sise: '1' }, 'This driver has no option "sise". It knows size, type, iops, throughput, fs, backups.'],
    [{ constructor: '1' }, 'This driver has no option "constructor". It knows size, type, iops, throughput, fs, backups.'],
    [{ __proto__x: '1' }, 'This driver has no option "__proto__x". It knows size, type, iops, throughput, fs, backups.'],
    [{ size: '0' }, 'size is "0"; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
    [{ size: '16385' }, 'size is "16385"; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
    [{ size: '1.5' }, 'size is "1.5"; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
    [{ size: '20m' }, 'size is "20m"; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
    [{ size: '' }, 'size is ""; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
    [{ type: 'st1' }, 'type is "st1"; it must be one of gp3, gp2, io1, io2.'],
    [{ fs: 'btrfs' }, 'fs is "btrfs"; it must be one of ext4, xfs.'],
    [{ backups: 'hourly' }, 'backups is "hourly"; it must be one of daily, none.'],
    [{ iops: '3k' }, 'iops is "3k"; it must be a number of operations per second, like 6000.'],
    [{ throughput: '0' }, 'throughput is "0"; it must be a number of MiB per second, like 250.'],
    [{ fs: 'a\u001b[31m\nb' }, 'fs is "a?[31m?b"; it must be one of ext4, xfs.'],
    [{ fs: 'x'.repeat(256) }, `fs is "${'x'.repeat(40)}..."; it must be one of ext4, xfs.`],
  ])('%j are refused in a sentence', (options, sentence) => {
    expect(refusal(() => parseOptions(options as unknown as Record<string, string>))).toBe(sentence);
  });

  it('are never read as something else: what is random is refused in printable words, or says what it says', () => {
    const characters = ['0', '1', '9', 'g', 'G', 'i', 'B', ' ', '.', '-', '+', 'e', 'x', '\n', '\0', 'é', '４', '\u202e'];
    for (let seed = 0; seed < 3_000; seed += 1) {
      const random = seeded(seed);
      const name = pick(random, [...optionNames, 'Size', 'label', 'toString']);
      const text = Array.from({ length: below(random, 7) }, () => pick(random, characters)).join('');
      let read: GivenOptions;
      try {
        read = parseOptions({ [name]: text });
      } catch (error) {
        expect(error).toMatchObject({ code: 'volume_options', message: expect.stringMatching(/^[\x20-\x7e]+$/) });
        continue;
      }
      const [value] = Object.values(read);
      expect([seed, String(value)]).toEqual([
        seed,
        text
          .trim()
          .replace(/\s*(?:g|gb|gi|gib)$/i, '')
          .replace(/^0+/, ''),
      ]);
      if (read.sizeGib !== undefined) expect(read.sizeGib).toBeLessThanOrEqual(sizeGibMax);
    }
  });
});

describe('options of a volume', () => {
  it('are the defaults where nothing was said; io1 and io2 have as many operations as a gp3, if their size allows', () => {
    expect(resolveOptions({}, defaults)).toEqual({ ...defaults, iops: null, throughput: null });
    expect(resolveOptions({ type: 'io1', sizeGib: 4 }, defaults)).toMatchObject({ iops: 200 });
    expect(resolveOptions({ type: 'io2', sizeGib: 4 }, defaults)).toMatchObject({ iops: 2_000 });
    expect(resolveOptions({ type: 'io2', sizeGib: 100 }, defaults)).toMatchObject({ iops: 3_000 });
  });

  it.each([
    [{ iops: 2_999 }, 'iops of a volume of type gp3 is from 3000 to 16000.'],
    [{ iops: 16_001 }, 'iops of a volume of type gp3 is from 3000 to 16000.'],
    [{ iops: 5_001 }, 'A volume of type gp3 and 10 GiB has at most 5000 iops.'],
    [{ throughput: 124 }, 'throughput of a volume of type gp3 is from 125 to 1000 MiB/s.'],
    [{ throughput: 751 }, 'With 3000 iops throughput is at most 750 MiB/s: ask for more iops too.'],
    [{ type: 'gp2', iops: 3_000 }, 'iops cannot be chosen for a volume of type gp2. Leave it out, or take gp3, io1 or io2.'],
    [{ type: 'io1', throughput: 125 }, 'throughput can be chosen for volumes of type gp3 only. Leave it out.'],
    [{ type: 'io1', iops: 501 }, 'A volume of type io1 and 10 GiB has at most 500 iops.'],
    [{ type: 'io2', sizeGib: 3 }, 'A volume of type io2 has 4 GiB or more.'],
  ] as const)('%j are refused, since AWS would', (given, sentence) => {
    expect(refusal(() => resolveOptions(given, defaults))).toBe(sentence);
  });

  it('that were resolved are what was said, and stay possible however the volume grows', () => {
    let possible = 0;
    for (let seed = 0; seed < 3_000; seed += 1) {
      const random = seeded(seed);
      const given: GivenOptions = {
        sizeGib: 1 + below(random, pick(random, [8, 200, sizeGibMax])),
        type: pick(random, volumeTypes),
        fs: pick(random, fileSystemTypes),
        backups: pick(random, backupPolicies),
        ...(random() < 0.5 ? { iops: pick(random, [100, 3_000, 5_000, 16_000, 64_000]) } : {}),
        ...(random() < 0.3 ? { throughput: pick(random, [125, 500, 1_000]) } : {}),
      };
      let resolved: VolumeOptions;
      try {
        resolved = resolveOptions(given, defaults);
      } catch (error) {
        expect(error).toMatchObject({ code: 'volume_options' });
        continue;
      }
      possible += 1;
      expect(resolved).toMatchObject(given);
      const sizeGib = Math.min(sizeGibMax, resolved.sizeGib + below(random, 500));
      expect(changeOptions(resolved, { sizeGib })).toEqual({ ...resolved, sizeGib });
      const type = pick(random, volumeTypes);
      if (sizeGib >= 4 && type !== resolved.type)
        expect(changeOptions(resolved, { sizeGib, type })).toMatchObject({ type, throughput: null });
    }
    expect(possible).toBeGreaterThan(500);
  });
});
