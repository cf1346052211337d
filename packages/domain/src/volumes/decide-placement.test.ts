import { describe, expect, it } from 'vitest';
import type { AttachmentState, Disk } from '../ports/disks.js';
import type { InstanceState } from '../ports/instances.js';
import { decidePlacement, type Holder, type PlacementAction, type PlacementView } from './decide-placement.js';

const now = new Date('2026-11-27T12:00:00Z');
const free = { state: 'available', zone: 'a', attachment: null } as const;
const on = (instanceId: string, state: AttachmentState = 'attached', ageMs = 1_000): PlacementView['disk'] => ({
  state: 'in-use',
  zone: 'a',
  attachment: { instanceId, device: '/dev/sdf', state, since: new Date(now.getTime() - ageMs) },
});
const host = (number: number, state: InstanceState = 'running', zone = 'a') => ({ number, instance: { id: `i-${number}`, state, zone } });
const holder = (state: Holder['state'], number: number | null = 1): Holder => ({ state, number });
const decide = (view: Partial<PlacementView>): PlacementAction =>
  decidePlacement({ disk: free, wanted: null, holder: null, answer: null, waitedMs: 0, now, ...view });

describe('what is done next with a disk', () => {
  it.each<[string, Partial<PlacementView>, Partial<PlacementAction>]>([
    ['is nothing when nobody wants it and nobody has it', {}, { do: 'nothing' }],
    ['is nothing when it is where it is wanted', { disk: on('i-1'), wanted: host(1), holder: holder('running') }, { do: 'nothing' }],
    ['is to attach it', { wanted: host(1) }, { do: 'attach', instanceId: 'i-1' }],
    ['is to wait for a host that starts', { wanted: host(1, 'pending') }, { do: 'wait' }],
    ['is to wait for a host that has no machine', { wanted: { number: 1, instance: null } }, { do: 'wait', waitingFor: 'host 1 to start' }],
    ['is to move it to the zone where it is wanted', { wanted: host(1, 'running', 'b') }, { do: 'move', zone: 'b' }],
    ['is to wait while AWS makes it', { disk: { ...free, state: 'creating' }, wanted: host(1) }, { do: 'wait' }],
    ['is to ask a person when AWS reports an error of it', { disk: { ...free, state: 'error' }, wanted: host(1) }, { do: 'fail' }],
    ['is to ask the host that has it', { disk: on('i-1'), wanted: host(2), holder: holder('running') }, { do: 'ask holder' }],
    ['is to ask also when nobody else wants it', { disk: on('i-1'), holder: holder('running') }, { do: 'ask holder' }],
    [
      'is to detach it once that host has let go',
      { disk: on('i-1'), wanted: host(2), holder: holder('running'), answer: 'released' },
      { do: 'detach', force: false },
    ],
    [
      'is to leave it where a container uses it',
      { disk: on('i-1'), wanted: host(2), holder: holder('running'), answer: 'in use' },
      { do: 'wait' },
    ],
    [
      'is to leave it where nobody answers',
      { disk: on('i-1'), wanted: host(2), holder: holder('running'), answer: 'silent' },
      { do: 'wait' },
    ],
    [
      'is to leave it at a machine that is being replaced',
      { disk: on('i-0'), wanted: host(1), holder: holder('running', null) },
      { do: 'wait' },
    ],
    [
      'is to take it from a machine that has stopped',
      { disk: on('i-1'), wanted: host(2), holder: holder('stopped') },
      { do: 'detach', force: false },
    ],
    [
      'is to take it from a machine that is gone',
      { disk: on('i-1'), wanted: host(2), holder: holder('gone', null) },
      { do: 'detach', force: false },
    ],
    ['is to wait until a machine has stopped', { disk: on('i-1'), wanted: host(2), holder: holder('stopping') }, { do: 'wait' }],
    ['is to wait while AWS does not show who has it', { disk: on('i-1'), wanted: host(2) }, { do: 'wait' }],
    [
      'is to wait while it is being attached',
      { disk: on('i-1', 'attaching', 55_000), wanted: host(1), holder: holder('running') },
      { do: 'wait' },
    ],
    [
      'is to begin anew when that takes too long',
      { disk: on('i-1', 'attaching', 61_000), wanted: host(1), holder: holder('running') },
      { do: 'detach', force: false },
    ],
    [
      'is to wait while it is being detached',
      { disk: on('i-1', 'detaching'), wanted: host(1), holder: holder('running'), waitedMs: 3_600_000 },
      { do: 'wait' },
    ],
    [
      'is to force it from a machine that has stopped, when it hangs',
      { disk: on('i-1', 'busy'), holder: holder('stopped'), waitedMs: 61_000 },
      { do: 'detach', force: true },
    ],
  ])('%s', (_, view, action) => {
    expect(decide(view)).toMatchObject(action);
  });

  it('tells why a disk does not come that AWS has been detaching for a minute', () => {
    const view = { disk: on('i-1', 'detaching'), wanted: host(2), holder: holder('running') };
    expect(decide({ ...view, waitedMs: 59_000 })).not.toHaveProperty('refusal');
    expect(decide({ ...view, waitedMs: 61_000 })).toMatchObject({ refusal: expect.stringContaining('AWS has been detaching') as string });
  });

  it('tells the host that is refused why, in a sentence', () => {
    const view = { disk: on('i-1'), wanted: host(2), holder: holder('running') };
    expect(decide({ ...view, answer: 'in use' })).toMatchObject({
      refusal: 'Host 1 uses this volume. Stop the containers that use it there.',
    });
    expect(decide({ ...view, answer: 'silent' })).toMatchObject({
      refusal: expect.stringContaining('Host 1 has this volume and does not answer') as string,
    });
  });
});

/** All combinations: what must never be decided, whatever is seen. */
const views: PlacementView[] = [];
const states: (InstanceState | 'gone')[] = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated', 'gone'];
const attachments: Disk['attachment'][] = [
  null,
  ...(['attaching', 'attached', 'detaching', 'busy'] as const).map((state) => on('i-1', state, 200_000).attachment),
];
for (const attachment of attachments)
  for (const state of states)
    for (const number of [1, null])
      for (const answer of [null, 'released', 'in use', 'silent'] as const)
        for (const wanted of [null, host(1), host(2), host(2, 'running', 'b'), host(2, 'stopped')])
          for (const waitedMs of [0, 1e9])
            views.push({
              disk: { state: attachment ? 'in-use' : 'available', zone: 'a', attachment },
              holder: attachment && { state, number },
              answer,
              wanted,
              waitedMs,
              now,
            });

describe('whatever is seen', () => {
  it('force is used against no machine that runs, or may run', () => {
    const forced = views.filter((view) => {
      const action = decidePlacement(view);
      return action.do === 'detach' && action.force;
    });
    expect(forced.length).toBeGreaterThan(0);
    for (const { holder } of forced) expect(['stopped', 'terminated', 'gone']).toContain(holder?.state);
  });

  it('an attached disk leaves a running machine only after its agent has let go', () => {
    for (const view of views) {
      if (decidePlacement(view).do !== 'detach' || view.holder?.state !== 'running' || view.disk.attachment?.state !== 'attached') continue;
      expect(view.answer).toBe('released');
    }
  });

  it('nothing is attached or moved while it is attached anywhere', () => {
    for (const view of views) if (['attach', 'move'].includes(decidePlacement(view).do)) expect(view.disk.attachment).toBeNull();
  });

  it('an asked host is not asked again in the same decision', () => {
    for (const view of views) if (view.answer !== null) expect(decidePlacement(view).do).not.toBe('ask holder');
  });
});
