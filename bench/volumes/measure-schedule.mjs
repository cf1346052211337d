// A day of 10,000 daily backups in simulation, as apps/provisioner-worker/src/volumes/daily-simulation.test.ts has it: what EC2 is asked, and when the last one is taken.
import { dailyBatchMax } from '../../apps/provisioner-worker/dist/volumes/daily-backups.js';
import { midnight, simulateDailyBackups } from '../../apps/provisioner-worker/src/testing/simulate-daily-backups.ts';

const windowHour = 2;

/** @returns figures of a quiet day, and of one on which all workers are away for the window's six hours. */
export function measureSchedule() {
  const figures = (away) => {
    const { calls, takenAt, refusals } = simulateDailyBackups(dailyBatchMax, windowHour, away);
    const minutes = Array.from({ length: 1_440 }, (_, minute) => calls.slice(minute * 60, minute * 60 + 60).reduce((a, b) => a + b, 0));
    const at = (ms) => new Date(ms).toISOString().slice(11, 19);
    return {
      backups: takenAt.size,
      refusedByEc2: refusals,
      callsInBusiestSecond: Math.max(...calls),
      callsInBusiestMinute: Math.max(...minutes),
      firstTakenUtc: at(Math.min(...takenAt.values())),
      lastTakenUtc: at(Math.max(...takenAt.values())),
      isWithinDay: Math.max(...takenAt.values()) < midnight + 86_400_000,
    };
  };
  return { windowHour, quiet: figures({ from: 0, until: 0 }), workersAwaySixHours: figures({ from: 2 * 3_600, until: 8 * 3_600 }) };
}
