import type { DiskCheck } from '@dockhero/domain/ports/host-volumes';
import type { VerificationRun } from '@dockhero/domain/volumes/verification';

export interface Verdict {
  readonly verification: 'ok' | 'failed';
  /** For people. */
  readonly detail: string;
}

const number = new Intl.NumberFormat('en-US');

/** What a check says of a backup. @returns null when checksums are missing: then it says nothing. */
export function judgeCheck(check: Extract<DiskCheck, { state: 'done' }>, { blocks, blockCount }: VerificationRun): Verdict | null {
  const sampled = blocks ?? [];
  if (sampled.some(({ index }) => !check.sums.has(index))) return null;
  const wrong = sampled.filter(({ index, sha256 }) => check.sums.get(index) !== sha256);
  const others = wrong.length > 1 ? ` and ${number.format(wrong.length - 1)} more of those compared` : '';
  const faults = [
    ...(wrong[0] ? [`block ${wrong[0].index}${others} of the restored disk is not what the snapshot holds`] : []),
    ...(check.fault === null ? [] : [check.fault]),
  ];
  if (faults.length > 0) return { verification: 'failed', detail: faults.join('; ') };
  const of = blockCount !== null && blockCount > sampled.length ? ` of ${number.format(blockCount)}` : '';
  const parts = [
    'file system clean',
    `${number.format(check.files ?? 0)} files`,
    `${number.format(sampled.length)}${of} blocks compared`,
    ...(check.commandRun ? ['your command succeeded'] : []),
  ];
  return { verification: 'ok', detail: parts.join(', ') };
}
