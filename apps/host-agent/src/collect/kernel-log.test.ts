import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { KernelLog } from './kernel-log.js';

// A pipe behaves as /dev/kmsg does: what is read is gone, and where there is nothing the reader does not wait.
const dir = mkdtempSync(path.join(tmpdir(), 'dockhero-kmsg-'));
const file = path.join(dir, 'kmsg');
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const line = (memcg: string, sequence = 1): string =>
  `6,${sequence},5123456,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=${memcg},task_memcg=${memcg},task=dd,pid=812,uid=0\n SUBSYSTEM=x\n`;
let complaints: string[];
let log: KernelLog;
let writer: number;
beforeEach(() => {
  execFileSync('mkfifo', [file]);
  complaints = [];
  log = new KernelLog(file, (message) => void complaints.push(message));
  log.open();
  writer = openSync(file, 'w');
});
afterEach(() => {
  log.close();
  closeSync(writer);
  rmSync(file);
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['Docker’s systemd driver', `/system.slice/docker-${a}.scope`],
  ['its cgroupfs driver', `/docker/${a}`],
  ['within a machine', `/lc/i-0123456789/docker/${a}`],
  ['a Docker within the container', `/docker/${a}/docker/${b}`],
])('a kill is told of the container, once: %s', (_, group) => {
  appendFileSync(file, `6,0,1,-;dd invoked oom-killer: gfp_mask=0xcc0\n${line(group)}`);
  log.read(7_000);
  expect([log.takeKill(b), log.takeKill(a), log.takeKill(a)]).toEqual([null, 7_000, null]);
});

it('of a process of the host, or in a line of another kind, there is none', () => {
  appendFileSync(file, line('/system.slice/cron.service') + `6,2,1,-;docker-${a}.scope: something else\n`);
  log.read(1);
  expect(log.takeKill(a)).toBeNull();
});

it('what was there before is passed over, the last kill counts, and those of long ago make room', () => {
  log.close();
  const again = openSync(file, 'r+');
  appendFileSync(file, line(`/docker/${a}`));
  log.open();
  log.read(1);
  expect(log.takeKill(a)).toBeNull();
  appendFileSync(file, line(`/docker/${a}`) + line(`/docker/${b}`));
  log.read(2);
  appendFileSync(file, line(`/docker/${a}`));
  log.read(3);
  for (let other = 0; other < 255; other += 1) {
    appendFileSync(file, line(`/docker/${other.toString(16).padStart(64, '0')}`));
    log.read(4);
  }
  expect([log.takeKill(b), log.takeKill(a)]).toEqual([null, 3]);
  closeSync(again);
});

it('a host that does not let us read it is told of once, and is no failure', () => {
  const none = new KernelLog(path.join(dir, 'none'), (message) => void complaints.push(message));
  none.open();
  none.read(1);
  expect([none.takeKill(a), complaints]).toEqual([null, [expect.stringMatching(/^the kernel's log is not read: ENOENT/)]]);
  none.close();
});
