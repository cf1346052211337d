import { expect, it } from 'vitest';
import { parseCpuStat } from './cpu.js';
import { parseLoad } from './load.js';
import { parseMeminfo } from './meminfo.js';
import { parseNetDev } from './network.js';
import { parsePressure } from './pressure.js';

it('/proc/meminfo is in bytes, counts of pages are as they are', () => {
  const fields = parseMeminfo('MemTotal:       16384 kB\nMemAvailable:    8192 kB\nHugePages_Total:       4\nActive(anon):    1 kB\n');
  expect(Object.fromEntries(fields)).toEqual({ MemTotal: 2 ** 24, MemAvailable: 2 ** 23, HugePages_Total: 4, 'Active(anon)': 1024 });
});

it('/proc/stat is in seconds per core and mode, the sum of cores is left out', () => {
  const { cpus, bootTime } = parseCpuStat('cpu  400 0 0 0\ncpu0 100 2 300 4000 50 6 7 8 0 0\ncpu1 1 1 1 1\nintr 5\nbtime 1700000000\n');
  expect(cpus).toHaveLength(16);
  expect(cpus.filter(({ cpu }) => cpu === '0').map(({ mode, seconds }) => `${mode} ${seconds}`)).toEqual([
    'user 1',
    'nice 0.02',
    'system 3',
    'idle 40',
    'iowait 0.5',
    'irq 0.06',
    'softirq 0.07',
    'steal 0.08',
  ]);
  expect(bootTime).toBe(1_700_000_000);
});

it('/proc/loadavg gives three figures, or none', () => {
  expect(parseLoad('0.50 1.25 2.00 1/234 5678\n')).toEqual([0.5, 1.25, 2]);
  expect(parseLoad('')).toBeNull();
});

it('/proc/net/dev counts what leaves the host, also with a name that touches its figures', () => {
  const text = `Inter-|   Receive                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 10 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0
  eth0:1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0
docker0: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
veth12ab: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
br-0af1: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
`;
  expect(parseNetDev(text)).toEqual([{ device: 'eth0', receivedBytes: 1000, sentBytes: 2000 }]);
});

it('pressure is in seconds, and unknown where the kernel has none', () => {
  expect(
    parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=250000\n'),
  ).toEqual({
    waitingSeconds: 1.5,
    stalledSeconds: 0.25,
  });
  expect(parsePressure('')).toEqual({ waitingSeconds: null, stalledSeconds: null });
});
