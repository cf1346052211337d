import { describe, expect, it } from 'vitest';
import { advanceIncident, type Circumstances } from './advance-incident.js';
import type { Incident, RuleName } from './incident.js';
import type { Observation } from './observation.js';
import { adjustable, rules } from './rules.js';
import { at } from './testing/samples.js';

const calm: Circumstances = { isMuted: false, earlierFirings: [] };

function ratio(rule: 'memory' | 'disk', value: number | null, threshold = 0.9): Observation {
  const { clearBelow, critical } = adjustable[rule];
  const isBad = value !== null && value >= threshold;
  const isClear = value !== null && value < threshold - clearBelow;
  return { rule, object: '/', value, threshold, isBad, isClear, isCritical: isBad && value >= critical };
}

type Value = number | null;
interface Run {
  readonly told: string[];
  readonly incident: Incident | null;
}

/** A look every 15 seconds at these values; each may come with a change of circumstances. */
function run(
  values: readonly Value[],
  rule: 'memory' | 'disk' = 'disk',
  circumstancesAt: (look: number) => Circumstances = () => calm,
): Run {
  let incident: Incident | null = null;
  const told: string[] = [];
  for (const [look, value] of values.entries()) {
    const advanced = advanceIncident(incident, ratio(rule, value), at(look * 15), rules[rule], circumstancesAt(look));
    if (advanced.transition) told.push(`${advanced.transition.kind} at ${look}`);
    incident = advanced.incident;
  }
  return { told, incident };
}

const times = (count: number, value: Value): Value[] => Array.from({ length: count }, () => value);
const mutedFrom = (from: number, to: number) => (look: number) => ({ ...calm, isMuted: look >= from && look < to });

describe('an incident', () => {
  it.each([
    ["a short spike is nobody's business", [0.5, 0.95, 0.5, ...times(40, 0.5)], []],
    ['fires after 30 seconds', times(3, 0.92), ['fired at 2']],
    ['one good look while pending starts the clock anew', [0.92, 0.92, 0.89, 0.92, 0.92, 0.92], ['fired at 5']],
    ['is over five minutes below the clear threshold', [...times(3, 0.92), ...times(21, 0.86)], ['fired at 2', 'resolved at 23']],
    ['is not over in the band between the two', [...times(3, 0.92), ...times(80, 0.88)], ['fired at 2']],
    ['begins to clear anew when it came back', [...times(3, 0.92), ...times(19, 0.8), 0.88, ...times(20, 0.8)], ['fired at 2']],
    ['says at once that it is critical, and only once', [...times(3, 0.92), 0.96, 0.94, 0.96, 0.92], ['fired at 2', 'escalated at 3']],
    ['fires as critical', times(4, 0.99), ['fired at 2']],
    ['stays pending without data', [0.92, ...times(9, null)], []],
    ['fires when data comes again and it is still bad', [0.92, ...times(9, null), 0.92], ['fired at 10']],
    ['counts `for` anew after a hole that is ten minutes longer', [0.92, ...times(43, null), ...times(3, 0.92)], ['fired at 46']],
    ['stays firing without data', [...times(3, 0.92), ...times(99, null)], ['fired at 2']],
    ['does not clear without data', [...times(3, 0.92), 0.5, ...times(99, null)], ['fired at 2']],
  ] as const)('%s', (_, values, told) => {
    expect(run(values).told).toEqual(told);
  });

  it('leaves no trace when it was only pending', () => {
    expect(run([0.95, 0.5]).incident).toMatchObject({ state: 'resolved', firedAt: null });
    expect(run([0.95, 0.5, 0.5]).incident).toBeNull();
  });

  it('within 3 % around the threshold for an hour fires once and is resolved once', () => {
    const hour = Array.from({ length: 240 }, (_, look) => 0.9 + 0.03 * Math.sin(look / 8));
    for (const rule of ['memory', 'disk'] as const) {
      const kinds = run([...hour, ...times(40, 0.5)], rule).told.map((told) => told.split(' ')[0]);
      expect(kinds).toEqual(['fired', 'resolved']);
    }
  });

  it('reminds every twelve hours while it fires', () => {
    const { told } = run(times(2 + 2 * 2_880 + 1, 0.92));
    expect(told).toEqual(['fired at 2', 'reminded at 2882', 'reminded at 5762']);
  });

  it('keeps the worst value, and the threshold as it is now', () => {
    const first = advanceIncident(null, ratio('disk', 0.97), at(0), rules.disk, calm).incident;
    const second = advanceIncident(first, ratio('disk', 0.91, 0.85), at(15), rules.disk, calm).incident;
    expect(second).toMatchObject({ value: 0.91, peak: 0.97, threshold: 0.85 });
  });

  it.each([
    ['far above it', 0.99, 'resolved'],
    ['just above it: it never was in the band below the new one', 0.93, 'resolved'],
    ['but not above it', 0.91, 'firing'],
  ])('clears when the threshold was raised %s', (_, threshold, state) => {
    let incident = run(times(3, 0.92)).incident;
    for (let look = 3; look <= 23; look += 1) {
      ({ incident } = advanceIncident(incident, ratio('disk', 0.92, threshold), at(look * 15), rules.disk, calm));
    }
    expect(incident?.state).toBe(state);
  });

  it('is in the band again when the threshold that was raised above it is lowered again', () => {
    let incident = run(times(3, 0.92)).incident;
    for (const [look, threshold] of [0.93, 0.93, ...times(60, 0.9)].entries()) {
      ({ incident } = advanceIncident(incident, ratio('disk', 0.89, threshold ?? 0), at((look + 3) * 15), rules.disk, calm));
    }
    expect(incident).toMatchObject({ state: 'firing', threshold: 0.9 });
  });

  it('is the same object when nothing has changed', () => {
    const { incident } = run(times(5, 0.92));
    expect(advanceIncident(incident, ratio('disk', 0.92), at(90), rules.disk, calm).incident).toBe(incident);
  });

  it.each([
    ['oom-kill', [1, 0], ['fired', 'resolved']],
    ['certificate', [1, 0], ['fired', 'resolved']],
  ] as const)('of %s fires and ends at once', (rule: RuleName, values, kinds) => {
    let incident: Incident | null = null;
    const told = values.map((value, look) => {
      const observation = { rule, object: 'web', value, threshold: 1, isBad: value === 1, isClear: value === 0, isCritical: false };
      const advanced = advanceIncident(incident, observation, at(look), rules[rule], calm);
      incident = advanced.incident;
      return advanced.transition?.kind;
    });
    expect(told).toEqual(kinds);
  });
});

describe('a mute', () => {
  it.each([
    ['that covers all of it: not a word', [...times(9, 0.92), ...times(40, 0.5)], mutedFrom(0, 99), []],
    ['that ends while it fires: told then', times(20, 0.92), mutedFrom(0, 10), ['fired at 10']],
    ['that ends while it clears: not a word', [...times(5, 0.92), ...times(40, 0.5)], mutedFrom(0, 10), []],
    ['that begins later hides the end', [...times(5, 0.92), ...times(40, 0.5)], mutedFrom(4, 99), ['fired at 2']],
    ['hides a rise that is told when it ends', times(20, 0.92).fill(0.96, 5), mutedFrom(4, 10), ['fired at 2', 'escalated at 10']],
    ['hides a rise that is over', times(20, 0.92).fill(0.96, 5, 8), mutedFrom(4, 10), ['fired at 2']],
  ] as const)('%s', (_, values, circumstancesAt, told) => {
    expect(run(values, 'disk', circumstancesAt).told).toEqual(told);
  });

  it('keeps when it fired', () => {
    expect(run(times(20, 0.92), 'disk', mutedFrom(0, 10)).incident).toMatchObject({ firedAt: at(30), notifiedAt: at(150) });
  });
});

describe('one that comes and goes', () => {
  const hours = (...ago: number[]): Circumstances => ({
    isMuted: false,
    earlierFirings: ago.map((hour) => ({ firedAt: at(-hour * 3_600), isCriticalTold: false })),
  });

  it.each([
    ['twice', hours(2), ['fired at 2', 'resolved at 23']],
    ['three times within six hours says that it is unstable', hours(2, 1), ['unstable at 2', 'resolved at 23']],
    ['again is stored, and nobody is told', hours(3, 2, 1), []],
    ['again five hours later: not quiet for long enough', hours(9, 8, 7, 5), []],
    ['after six quiet hours is told', hours(9, 8, 7), ['fired at 2', 'resolved at 23']],
  ] as const)('%s', (_, circumstances, told) => {
    expect(run([...times(3, 0.92), ...times(21, 0.5)], 'disk', () => circumstances).told).toEqual(told);
  });

  it('and then stays is told after six hours', () => {
    const { told, incident } = run(times(1_500, 0.92), 'disk', () => hours(3, 2, 1));
    expect(told).toEqual(['fired at 1442']);
    expect(incident?.isDamped).toBe(false);
  });
});
