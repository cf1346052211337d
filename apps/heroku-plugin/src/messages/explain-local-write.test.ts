import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { explainLocalWrite } from './explain-local-write.js';

/** What the kernel says of a write. */
function errorOf(write: () => void): unknown {
  try {
    write();
  } catch (error) {
    return error;
  }
  throw new Error('it was written');
}

it('says of a full disk, and of a quota, what to do', () => {
  const full = errorOf(() => writeFileSync('/dev/full', 'x'));
  for (const error of [full, Object.assign(new Error('quota'), { code: 'EDQUOT' })]) {
    expect(explainLocalWrite(error, './data', 'Run it again.')).toMatchObject({
      message: 'The disk of ./data is full. Make room. Run it again.',
    });
  }
});

it('says what cannot be written, and leaves other errors alone', () => {
  const refused = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  expect(explainLocalWrite(refused, 'data', '')).toMatchObject({ message: 'data cannot be written: EROFS: read-only file system' });
  const absent = errorOf(() => writeFileSync('/no-such-folder/x', 'x'));
  expect(explainLocalWrite(absent, 'data', '')).toBe(absent);
});
