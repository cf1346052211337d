import { describe, expect, it } from 'vitest';
import { observeAddon, type BackupState, type LogState } from './observe-addon.js';
import { verdict } from './testing/samples.js';

const hour = 3_600;
const fine: BackupState = {
  volume: 'data',
  goodAge: 20 * hour,
  mayDiffer: true,
  askedFor: null,
  failures: 0,
  hasFailed: false,
  failure: null,
  isVerificationBad: false,
  verificationDetail: null,
};
const logs = (behindSeconds: number | null, isFollowed = true): LogState => ({ behindSeconds, isFollowed });
const backup = (change: Partial<BackupState>) => observeAddon(logs(0), [{ ...fine, ...change }]);

describe('the log of an add-on', () => {
  it.each([
    [0, 'clear'],
    [59, 'clear'],
    [60, 'between'],
    [299, 'between'],
    [300, 'bad'],
    [null, 'unknown'],
  ])('%s seconds behind is %s', (behindSeconds, expected) => {
    expect(verdict(observeAddon(logs(behindSeconds), []), 'logs-behind')).toBe(expected);
  });

  it('says when it is our own doing', () => {
    expect(observeAddon(logs(400), [])[0]?.note).toBeUndefined();
    expect(observeAddon(logs(400, false), [])[0]?.note).toContain('ours to mend');
  });
});

describe('the backups of a volume', () => {
  it.each([
    ['made yesterday', {}, 'clear'],
    ['26 hours old', { goodAge: 26 * hour }, 'bad'],
    ['30 hours old', { goodAge: 30 * hour }, 'bad!'],
    ['old, of a volume that no host has had since', { goodAge: 999 * hour, mayDiffer: false }, 'clear'],
    [
      'old, of a volume that no host has had since, and asked for long ago',
      { goodAge: 999 * hour, mayDiffer: false, askedFor: 27 * hour },
      'bad',
    ],
    ['asked for long ago, with a good one since', { askedFor: 27 * hour }, 'clear'],
    ['failed once, to be tried again', { failures: 1, failure: 'AWS refused.' }, 'clear'],
    ['failed twice', { failures: 2, failure: 'AWS refused.' }, 'bad'],
    ['given up', { failures: 1, hasFailed: true }, 'bad'],
    ['found bad', { isVerificationBad: true }, 'bad!'],
  ] as const)('%s: %s', (_, change, expected) => {
    expect(verdict(backup(change), 'backup')).toBe(expected);
  });

  it.each([
    [{ goodAge: 27 * hour }, undefined],
    [{ failures: 3, failure: 'AWS refused the snapshot.' }, 'The last backup failed 3 times. AWS refused the snapshot.'],
    [{ hasFailed: true, failures: 8, failure: null }, 'The last backup failed 8 times and was given up.'],
    [
      { isVerificationBad: true, verificationDetail: 'fsck found errors.' },
      'The newest backup that was verified is not whole. fsck found errors. It is over once a newer one is verified, and whole: heroku dh:backups:verify ID.',
    ],
    [{ goodAge: 28 * hour, askedFor: 27 * hour }, 'One has been under way for 1 day 3 h.'],
  ] as const)('%j says why: %s', (change, note) => {
    expect(backup(change).find(({ rule }) => rule === 'backup')?.note).toBe(note);
  });
});
