import { expect, it } from 'vitest';
import { FileSystems } from './file-systems.js';

const figures = { bsize: 4096, blocks: 100, bfree: 50, bavail: 45, files: 10, ffree: 5 };
const mount = (mountpoint: string) => ({ mountpoint, fstype: 'ext4', device: '/dev/sda', isReadOnly: false });

it('figures are in bytes', async () => {
  const fileSystems = new FileSystems({ ask: () => Promise.resolve(figures) });
  const [measured] = await fileSystems.measureAll([mount('/')]);
  expect(measured?.figures).toEqual({ sizeBytes: 409_600, freeBytes: 204_800, availableBytes: 184_320, files: 10, filesFree: 5 });
});

it('a mount that hangs is told, is not asked again while it hangs, and holds up nobody else', async () => {
  const asked: string[] = [];
  let wake: (value: typeof figures) => void = () => {};
  const hang = new Promise<typeof figures>((resolve) => {
    wake = resolve;
  });
  const ask = (path: string): Promise<typeof figures> => {
    asked.push(path);
    return path === '/dead' ? hang : Promise.resolve(figures);
  };
  const fileSystems = new FileSystems({ ask, timeoutMs: 10 });
  for (let round = 0; round < 2; round++) {
    const [dead, alive] = await fileSystems.measureAll([mount('/dead'), mount('/')]);
    expect([dead?.figures, alive?.figures?.files]).toEqual([null, 10]);
  }
  expect(asked.filter((path) => path === '/dead')).toHaveLength(1);
  wake(figures);
  await expect.poll(() => fileSystems.measure('/dead')).not.toBeNull();
});

it('three that hang leave a thread for the rest: no fourth is asked', async () => {
  const asked: string[] = [];
  const ask = (path: string): Promise<never> => {
    asked.push(path);
    return new Promise(() => {});
  };
  const fileSystems = new FileSystems({ ask, timeoutMs: 1 });
  await fileSystems.measureAll(['/1', '/2', '/3', '/4'].map(mount));
  expect(asked).toEqual(['/1', '/2', '/3']);
});

it('two who ask at the same time share one question', async () => {
  let asked = 0;
  const fileSystems = new FileSystems({
    ask: () => {
      asked += 1;
      return Promise.resolve(figures);
    },
  });
  const both = await Promise.all([fileSystems.measure('/'), fileSystems.measure('/')]);
  expect([asked, both.every((answer) => answer?.files === 10)]).toEqual([1, true]);
});
