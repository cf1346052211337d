import { describe, expect, it } from 'vitest';
import { advanceIncident } from './advance-incident.js';
import type { Incident } from './incident.js';
import { rules } from './rules.js';
import { at } from './testing/samples.js';

const lookSeconds = 15;
const rule = { ...rules.disk, remindMs: null };
const forLooks = rule.forMs / 1_000 / lookSeconds;
const keepLooks = rule.keepMs / 1_000 / lookSeconds;
const fire = 0.9;
const clear = 0.87;
const critical = 0.95;

/** The same sequence for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Wanders around the thresholds; now and then there is no data. */
function walk(seed: number, looks: number): (number | null)[] {
  const random = randomFrom(seed);
  let value = 0.88;
  return Array.from({ length: looks }, () => {
    value = Math.min(Math.max(value + (random() - 0.5) * 0.04, 0.75), 1);
    return random() < 0.02 ? null : value;
  });
}

/**
 * What must be told, found slowly: each look asks the whole series what the rules say in words. Looks without data change nothing, yet time goes on.
 */
function reference(series: readonly (number | null)[]): string[] {
  const told: string[] = [];
  let from = 0;
  for (;;) {
    const fired = series.findIndex((_, look) => look >= from && hasBeen(series, from, look, forLooks, (value) => value >= fire));
    if (fired === -1) return told;
    told.push(`fired at ${fired}`);
    const resolved = series.findIndex((_, look) => look > fired && hasBeen(series, fired + 1, look, keepLooks, (value) => value < clear));
    const end = resolved === -1 ? series.length : resolved;
    const isCritical = (look: number) => (series[look] ?? 0) >= critical;
    const escalated = series.findIndex((_, look) => look > fired && look < end && isCritical(look));
    if (!isCritical(fired) && escalated !== -1) told.push(`escalated at ${escalated}`);
    if (resolved === -1) return told;
    told.push(`resolved at ${resolved}`);
    from = resolved + 1;
  }
}

/** At `look` it is so, and all measured looks back to one at least `looks` before it say so too, none of them before `from`. */
function hasBeen(series: readonly (number | null)[], from: number, look: number, looks: number, isSo: (value: number) => boolean): boolean {
  const now = series[look];
  if (now === null || now === undefined || !isSo(now)) return false;
  for (let begin = look - looks; begin >= from; begin -= 1) {
    const value = series[begin];
    if (value === null || value === undefined) continue;
    return series.slice(begin, look).every((between) => between === null || isSo(between));
  }
  return false;
}

describe('an incident over random walks', () => {
  it('tells what a slow reading of the whole series tells', () => {
    let transitions = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const series = walk(seed, 400);
      const told: string[] = [];
      let incident: Incident | null = null;
      for (const [look, value] of series.entries()) {
        const isBad = value !== null && value >= fire;
        const isClear = value !== null && value < clear;
        const observation = {
          rule: rule.name,
          object: '/',
          value,
          threshold: fire,
          isBad,
          isClear,
          isCritical: isBad && value >= critical,
        };
        const advanced = advanceIncident(incident, observation, at(look * lookSeconds), rule, { isMuted: false, earlierFirings: [] });
        incident = advanced.incident;
        if (advanced.transition) told.push(`${advanced.transition.kind} at ${look}`);
      }
      expect(told, `seed ${seed}`).toEqual(reference(series));
      transitions += told.length;
    }
    expect(transitions).toBeGreaterThan(500);
  });
});
