/** The queue of the beat by which daily backups are asked for: one repeated job without a payload. */
export const backupScheduleQueue = {
  name: 'backup-schedule',
  /** The job, and the scheduler that adds it. */
  job: 'daily backups',
  everyMs: 60_000,
  policy: {
    removeOnComplete: true,
    /** Seconds. */
    removeOnFail: { age: 86_400 },
  },
} as const;
