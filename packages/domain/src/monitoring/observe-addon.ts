import type { Observation } from './observation.js';
import { backupAge, logLag, logsObject } from './rules.js';
import { sayDuration } from './say-amounts.js';

/** What the control plane knows of an add-on's log. */
export interface LogState {
  /** Age of the oldest line that is not delivered, or for how long nobody has followed a host; 0: none is late, null: not known. Seconds. */
  readonly behindSeconds: number | null;
  readonly isFollowed: boolean;
}

/** What it knows of the backups of a volume that is to have one each day. Ages are seconds. */
export interface BackupState {
  readonly volume: string;
  /** Of what the newest good backup holds, one whose verification did not fail; without any, of the volume. */
  readonly goodAge: number;
  /** A host has had the volume since that backup, or has it now: what nobody writes to needs no new one. */
  readonly mayDiffer: boolean;
  /** Since when a backup has been asked for that is not made yet; null: none is. */
  readonly askedFor: number | null;
  /** Of the newest backup: how often it has failed. */
  readonly failures: number;
  /** It was given up. */
  readonly hasFailed: boolean;
  /** What was said when it failed last. */
  readonly failure: string | null;
  /** Of the newest backup that was verified: it is not what the volume held. */
  readonly isVerificationBad: boolean;
  readonly verificationDetail: string | null;
}

/** What the rules that concern the add-on as a whole say now. A volume without an observation is gone, or is to have no backups. */
export function observeAddon(logs: LogState, backups: readonly BackupState[]): Observation[] {
  return [observeLogs(logs), ...backups.map(observeBackups)];
}

function observeLogs({ behindSeconds, isFollowed }: LogState): Observation {
  const isBad = behindSeconds !== null && behindSeconds >= logLag.bad;
  return {
    rule: 'logs-behind',
    object: logsObject,
    value: behindSeconds,
    threshold: logLag.bad,
    isBad,
    isClear: behindSeconds !== null && behindSeconds < logLag.clearBelow,
    isCritical: false,
    ...(isFollowed ? {} : { note: 'Nobody collects them at the moment: that is ours to mend. Docker keeps them until then.' }),
  };
}

/** A volume that nobody has had since is not late. One that a host has after a long time is, until the backup that the worker then makes at once: the rule's `for` is longer. */
function observeBackups(state: BackupState): Observation {
  const { volume, goodAge, mayDiffer, askedFor, failures, hasFailed, isVerificationBad } = state;
  const lateBy = Math.max(mayDiffer ? goodAge : 0, askedFor === null ? 0 : Math.min(goodAge, askedFor));
  const isBad = lateBy >= backupAge.bad || failures >= 2 || hasFailed || isVerificationBad;
  const note = noteOf(state);
  return {
    rule: 'backup',
    object: volume,
    value: goodAge,
    threshold: backupAge.bad,
    isBad,
    isClear: !isBad,
    isCritical: lateBy >= backupAge.critical || isVerificationBad,
    ...(note === '' ? {} : { note }),
  };
}

function noteOf({ failures, hasFailed, failure, isVerificationBad, verificationDetail, askedFor }: BackupState): string {
  const said = (text: string | null) => (text === null ? '' : ` ${text.replace(/\.$/, '')}.`);
  const times = failures > 1 ? ` ${String(failures)} times` : '';
  return [
    isVerificationBad
      ? `The newest backup that was verified is not whole.${said(verificationDetail)} It is over once a newer one is verified, and whole: heroku dh:backups:verify ID.`
      : '',
    failures >= 2 || hasFailed ? `The last backup failed${times}${hasFailed ? ' and was given up' : ''}.${said(failure)}` : '',
    askedFor !== null && askedFor >= backupAge.bad ? `One has been under way for ${sayDuration(askedFor)}.` : '',
  ]
    .filter((text) => text !== '')
    .join(' ');
}
