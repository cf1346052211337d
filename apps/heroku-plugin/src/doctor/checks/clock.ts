import type { Check } from '../check.js';
import { error, type Finding, ok, warning } from '../finding.js';

/** Certificates are dated by the server: a machine whose clock is off takes a good one for expired, or not yet valid. */
export const clock: Check = {
  name: "this machine's clock",
  async run(facts) {
    const status = await facts.status().catch(() => null);
    return status ? judgeClock(status.clockAheadMs) : [];
  },
};

/** The server's Date has whole seconds, and the answer took its time: below this nothing is said. */
const noticedMs = 60_000;
/** From here on, certificates are at risk. */
const harmfulMs = 300_000;

function judgeClock(aheadMs: number): Finding[] {
  const off = Math.abs(aheadMs);
  if (off < noticedMs) return [ok('clock', 'The clock agrees with the server')];
  const text = `The clock of this machine is ${String(Math.round(off / 60_000))} min ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's.`;
  const mend =
    'Set it by the network: sudo timedatectl set-ntp true (Linux), sudo sntp -sS time.apple.com (macOS), w32tm /resync (Windows)';
  return [
    off < harmfulMs ? warning('clock-skew', text, mend) : error('clock-skew', `${text} Certificates are refused because of it.`, mend),
  ];
}
