import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { TarPipe } from './tar-pipe.js';

test('a reader that ends early ends the archive, and says so', async () => {
  const reader = spawn('head', ['-c', '10'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const pipe = TarPipe.toStdout(reader.stdin);
  const endless = async (): Promise<void> => {
    for (let left = 1_000; left > 0; left--) await pipe.write(Buffer.alloc(100_000));
  };
  await expect(endless()).rejects.toThrow('Whoever reads the archive has ended before it did.');
  await pipe.close();
});

test('an archive is not written to a terminal', () => {
  const { stdin } = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  expect(() => TarPipe.toStdout(Object.assign(stdin, { isTTY: true }))).toThrow('is nothing for a terminal');
  stdin.end();
});
