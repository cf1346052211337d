import { describe, expect, it } from 'vitest';
import { advanceHost } from './advance-host.js';
import { aContainer, aDisk, at, aWorkload } from './testing/samples.js';
import { Watch } from './testing/watch.js';

const full = { fileSystems: [aDisk(0.92)] };
const unhealthy = { containers: [aContainer('web.1', { isHealthy: false })] };

describe('a host', () => {
  it('on which all is well has nothing to save', () => {
    const watch = new Watch().see(100, {});
    expect([watch.open, watch.saved]).toEqual([[], 0]);
  });

  it('has an incident for each of two full disks', () => {
    const disks = { fileSystems: [aDisk(0.92), aDisk(0.93, { mountpoint: '/data' })] };
    expect(new Watch().see(3, disks).told).toEqual(['fired disk / at 2', 'fired disk /data at 2']);
  });

  it.each([
    ['a container', unhealthy, { containers: [] }, 'fired unhealthy web.1 at 4', 'resolved unhealthy web.1 at 9'],
    ['a disk', full, { fileSystems: [] }, 'fired disk / at 2', 'resolved disk / at 25'],
  ])('that lost %s is well again', (_, bad, gone, fired, resolved) => {
    expect(new Watch().see(5, bad).see(30, gone).told).toEqual([fired, resolved]);
  });

  it('with a disk that does not answer keeps the incident as it is', () => {
    const watch = new Watch().see(5, full).see(99, { fileSystems: [aDisk(0, { isStuck: true })] });
    expect([watch.told, watch.open]).toEqual([['fired disk / at 2'], ['disk / firing']]);
  });

  it('tells of an OOM kill at once, and that ten minutes have passed without another', () => {
    const watch = new Watch().see(2, { workloads: [aWorkload('web', 1)] }).see(50, { workloads: [aWorkload('web', 2, 1)] });
    expect(watch.told).toEqual(['fired oom-kill web at 2', 'resolved oom-kill web at 42']);
  });

  it('that loops is told once, and ends when it has been calm', () => {
    const watch = new Watch().see(1, { workloads: [aWorkload('web', 0)] });
    for (let starts = 1; starts <= 20; starts += 1) watch.see(2, { workloads: [aWorkload('web', starts)] });
    watch.see(100, { workloads: [aWorkload('web', 20)] });
    expect(watch.told.map((told) => told.replace(/ at .*/, ''))).toEqual(['fired restart-loop web', 'resolved restart-loop web']);
  });
});

describe('a host whose containers are killed under ever new names', () => {
  it('costs no more the longer it goes on: with a day of firings behind it, a look takes no second', () => {
    const oomKill = (index: number) => ({ rule: 'oom-kill', object: `adjective_name${String(index)}` }) as const;
    const firings = Array.from({ length: 20_000 }, (_, index) => ({ ...oomKill(index), firedAt: at(index), isCriticalTold: false }));
    const observations = Array.from({ length: 2_000 }, (_, index) => {
      return { ...oomKill(index), value: 1, threshold: 1, isBad: true, isClear: false, isCritical: false };
    });
    const beganMs = performance.now();
    const { changes } = advanceHost({ incidents: [], firings }, { observations, silence: null, silences: [], isMuted: false }, at(21_000));
    expect(performance.now() - beganMs).toBeLessThan(1_000);
    expect(changes.map(({ transition }) => transition?.kind)).toEqual(Array(2_000).fill('fired'));
  });
});

describe('a host that does not answer', () => {
  it('is told of after a minute, and everything else stays as it is', () => {
    const watch = new Watch().see(5, full).see(200, null);
    expect(watch.told).toEqual(['fired disk / at 2', 'fired host-silent host at 8']);
    expect(watch.open).toEqual(['disk / firing', 'host-silent host firing']);
  });

  it('comes back with one word', () => {
    const watch = new Watch().see(5, full).see(20, null).see(10, full);
    expect(watch.told.slice(1)).toEqual(['fired host-silent host at 8', 'resolved host-silent host at 27']);
    expect(watch.open).toEqual(['disk / firing']);
  });

  it('does not clear others while it is silent', () => {
    expect(new Watch().see(5, full).see(1, {}).see(99, null).open).toContain('disk / clearing');
  });

  it('has two looks missed without a word', () => {
    expect(new Watch().see(5, {}).see(3, null).see(5, {}).told).toEqual([]);
  });
});

describe('a restart of ours', () => {
  it.each([
    ['pending', 2, ['fired disk / at 2']],
    ['firing', 10, ['fired disk / at 2']],
  ])('while a disk is %s neither repeats nor forgets', (_, looks, told) => {
    const watch = new Watch().see(looks, full);
    watch.restart();
    expect(watch.see(10, full).told).toEqual(told);
  });

  it('while one is clearing ends it when it would have ended', () => {
    const watch = new Watch().see(3, full).see(10, {});
    watch.restart();
    expect(watch.see(20, {}).told).toEqual(['fired disk / at 2', 'resolved disk / at 23']);
  });

  it('is no silence of the host, and does not end one', () => {
    const silent = new Watch().see(1, {}).see(10, null);
    silent.restart();
    expect(silent.see(3, null).told).toEqual(['fired host-silent host at 4']);
    const fine = new Watch().see(10, {});
    fine.restart();
    expect(fine.see(3, null).see(5, {}).told).toEqual([]);
  });

  it('does not take an OOM kill for over because it has forgotten it', () => {
    const killed = { workloads: [aWorkload('web', 2, 1)] };
    const watch = new Watch().see(1, { workloads: [aWorkload('web', 1)] }).see(1, killed);
    watch.restart();
    expect(watch.see(20, killed).open).toEqual(['oom-kill web firing']);
  });
});

describe('silences', () => {
  const silence = { id: '1', rule: 'disk', object: '/', until: at(150) } as const;

  it.each([
    ['of the rule and the object', silence, 10],
    ['of the rule', { ...silence, object: null }, 10],
    ['of everything', { ...silence, rule: null, object: null }, 10],
    ['of another object', { ...silence, object: '/data' }, 2],
    ['of another rule', { ...silence, rule: 'memory' as const }, 2],
    ['that are over', { ...silence, until: at(0) }, 2],
  ])('%s', (_, given, look) => {
    expect(new Watch().see(20, full, { silences: [given] }).told).toEqual([`fired disk / at ${look}`]);
  });

  it('and a change of ours hides what happens meanwhile', () => {
    const watch = new Watch().see(30, null, { isMuted: true }).see(3, {}, { isMuted: true }).see(20, {});
    expect([watch.told, watch.open]).toEqual([[], []]);
  });
});

describe('a disk that hovers', () => {
  it('and then fills up is told once when it is critical, also after it was called unstable', () => {
    const watch = new Watch();
    const critical = { fileSystems: [aDisk(0.99)] };
    for (let round = 0; round < 4; round += 1) watch.see(3, full).see(22, {});
    const before = watch.told.length;
    watch.see(10, full).see(10, critical).see(22, {});
    for (let round = 0; round < 3; round += 1) watch.see(5, critical).see(22, {});
    expect(watch.told.slice(before)).toEqual(['fired disk / at 110', 'resolved disk / at 140']);
  });

  it('in and out of full is told twice, called unstable, and then kept quiet', () => {
    const watch = new Watch();
    for (let round = 0; round < 6; round += 1) watch.see(3, full).see(22, {});
    expect(watch.told.map((told) => told.split(' ')[0])).toEqual(['fired', 'resolved', 'fired', 'resolved', 'unstable', 'resolved']);
  });
});
