import { describe, expect, it } from 'vitest';
import { findOrphans, type CloudThing } from './find-orphans.js';

const graceMs = 1_000;
const thing = (id: string, resourceId: string | null): CloudThing => ({ kind: 'instance', id, resourceId });

describe('findOrphans', () => {
  it('never calls something an orphan at first sight', () => {
    expect(findOrphans([thing('i-1', 'gone')], new Set(), new Map(), 5_000, 0)).toEqual({ due: [], waiting: 1, tooMany: false });
  });

  it('calls it due when it is still an orphan after the grace period, not before', () => {
    const firstSeen = new Map<string, number>();
    const look = (now: number) => findOrphans([thing('i-1', 'gone')], new Set(), firstSeen, now, graceMs);
    look(0);
    expect(look(graceMs - 1).due).toEqual([]);
    expect(look(graceMs).due.map(({ id }) => id)).toEqual(['i-1']);
  });

  it('starts counting again when a resource came alive in between', () => {
    const firstSeen = new Map<string, number>();
    const things = [thing('i-1', 'r')];
    findOrphans(things, new Set(), firstSeen, 0, graceMs);
    findOrphans(things, new Set(['r']), firstSeen, 500, graceMs);
    findOrphans(things, new Set(), firstSeen, graceMs, graceMs);
    expect(findOrphans(things, new Set(), firstSeen, graceMs + 1, graceMs).due).toEqual([]);
  });

  it('leaves alone what belongs to a living resource and what carries no resource tag', () => {
    const firstSeen = new Map<string, number>();
    const things = [thing('i-1', 'alive'), thing('i-2', null)];
    findOrphans(things, new Set(['alive']), firstSeen, 0, 0);
    expect(findOrphans(things, new Set(['alive']), firstSeen, graceMs, graceMs)).toEqual({ due: [], waiting: 0, tooMany: false });
  });

  it('brakes when most of what there is looks like orphans: that is the wrong database', () => {
    const firstSeen = new Map<string, number>();
    const orphans = Array.from({ length: 6 }, (_, index) => thing(`i-${index}`, `gone-${index}`));
    const look = (living: number, now: number) =>
      findOrphans(
        [...orphans, ...Array.from({ length: living }, (_, index) => thing(`a-${index}`, 'alive'))],
        new Set(['alive']),
        firstSeen,
        now,
        graceMs,
      );
    look(5, 0);
    expect(look(5, graceMs).tooMany).toBe(true);
    expect(look(6, graceMs).tooMany).toBe(false);
  });

  it('does not brake for a handful, whatever their share', () => {
    const firstSeen = new Map<string, number>();
    const orphans = Array.from({ length: 5 }, (_, index) => thing(`i-${index}`, 'gone'));
    findOrphans(orphans, new Set(), firstSeen, 0, graceMs);
    expect(findOrphans(orphans, new Set(), firstSeen, graceMs, graceMs)).toMatchObject({ tooMany: false, waiting: 0 });
  });
});
