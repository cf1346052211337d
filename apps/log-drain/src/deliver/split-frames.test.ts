import { expect, it } from 'vitest';
import { seeded } from '../testing/docker-frames.js';
import { batchOf } from '../testing/lines.js';
import { strictFrames } from '../testing/strict-frames.js';
import { frameStarts } from './split-frames.js';

it('finds the frames that a strict reader finds, whatever their texts look like', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const random = seeded(seed);
    const texts = Array.from({ length: Math.floor(random() * 30) }, () => '12 <190>1 ü \n'.repeat(Math.floor(random() ** 3 * 700)));
    const { body } = batchOf(texts);
    const starts = frameStarts(body);
    const frames = strictFrames(body);
    expect(starts).toHaveLength(frames.length + 1);
    expect([starts[0], starts.at(-1)]).toEqual([0, body.length]);
    for (const [index, frame] of frames.entries()) {
      expect(body.toString('latin1', starts[index], starts[index + 1])).toBe(`${String(frame.length)} ${frame.toString('latin1')}`);
    }
  }
});

it('finds no frame in an empty body, only its end', () => {
  expect(frameStarts(Buffer.alloc(0))).toEqual([0]);
});
