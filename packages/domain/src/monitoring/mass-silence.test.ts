import { describe, expect, it } from 'vitest';
import { blameFor, isMassSilence } from './mass-silence.js';

const minute = 60_000;

describe('a mass silence', () => {
  it.each([
    [100, 51, true],
    [100, 50, false],
    [5, 5, true],
    [4, 4, false],
    [9, 4, false],
    [0, 0, false],
  ])('%i hosts of which %i are silent: %s', (hosts, silent, isMass) => {
    expect(isMassSilence({ hosts, silent })).toBe(isMass);
  });

  it.each([
    ['is this process’s when others see their hosts, whatever can be reached', [{ hosts: 100, silent: 2 }], true, 0, 'process'],
    [
      'is this process’s when others see most of theirs together',
      [
        { hosts: 3, silent: 3 },
        { hosts: 90, silent: 1 },
      ],
      null,
      minute,
      'process',
    ],
    ['is the hosts’ when others see none either and the world can be reached', [{ hosts: 100, silent: 99 }], true, 0, 'hosts'],
    ['is our network’s when nobody sees any and nothing can be reached', [{ hosts: 100, silent: 99 }], false, minute, 'network'],
    ['is judged by what can be reached when nobody else is there', [], true, 0, 'hosts'],
    ['others with next to no hosts are no witnesses', [{ hosts: 4, silent: 0 }], false, 0, 'network'],
    ['without any evidence nobody is told at first', [], null, 9 * minute, 'unknown'],
    ['without any evidence people are told after ten minutes', [], null, 10 * minute, 'hosts'],
  ] as const)('%s', (_, others, reaches, sinceMs, blame) => {
    expect(blameFor(others, reaches, sinceMs)).toBe(blame);
  });
});
