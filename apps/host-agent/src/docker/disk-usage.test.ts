import { expect, it } from 'vitest';
import { parseDiskUsage } from './disk-usage.js';

it('what could be freed is what `docker system df` calls reclaimable', () => {
  const usage = parseDiskUsage({
    LayersSize: 1000,
    Images: [
      { Size: 600, SharedSize: 100, Containers: 1 },
      { Size: 500, SharedSize: 100, Containers: 0 },
    ],
    Containers: [{ Id: 'a', SizeRw: 42 }, { Id: 'b' }],
    Volumes: [
      { Name: 'data', UsageData: { Size: 7, RefCount: 1 } },
      { Name: 'nfs', UsageData: { Size: -1, RefCount: 1 } },
      { Name: 'plugin', UsageData: null },
    ],
    BuildCache: [
      { Size: 10, InUse: true },
      { Size: 20, InUse: false, Shared: false },
      { Size: 40, Shared: true },
    ],
  });
  expect(usage).toEqual({
    containerBytes: new Map([
      ['a', 42],
      ['b', 0],
    ]),
    volumeBytes: new Map([['data', 7]]),
    imagesBytes: 500,
    buildCacheBytes: 20,
  });
});

it('an empty Docker takes nothing', () => {
  const usage = parseDiskUsage({ LayersSize: 0, Images: null, Containers: null, Volumes: null, BuildCache: null });
  expect([usage.imagesBytes, usage.buildCacheBytes, usage.containerBytes.size, usage.volumeBytes.size]).toEqual([0, 0, 0, 0]);
});
