import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { Seeded } from '../../stackfile/testing/seeded.js';

/** Makes, changes and removes files and folders, and lets the journal have some of it. */
export function churn(data: string, seeded: Seeded, round: number): void {
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
