import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** A file in thousands of pieces. */
export function fragment(place: string): void {
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
export function reserve(place: string): void {
  execFileSync('fallocate', ['-l', '3M', `${place}/reserved`]);
  appendFileSync(`${place}/reserved`, 'end');
}
