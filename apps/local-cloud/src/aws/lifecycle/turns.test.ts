import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('works on one instance one piece after the other, and goes on after a failure', async () => {
    const turns = new Turns(pino({ level: 'silent' }));
    const done: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    void turns.take('i-1', 'first', async () => {
      await gate;
      done.push('first');
      throw new Error('failed');
    });
    void turns.take('i-1', 'second', async () => void done.push('second'));
    await turns.take('i-2', 'other', async () => void done.push('other'));
    expect(turns.isBusy('i-1')).toBe(true);
    open();
    await turns.settle();
    expect(done).toEqual(['other', 'first', 'second']);
  });
});
