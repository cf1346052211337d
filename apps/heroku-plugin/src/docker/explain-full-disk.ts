import type { ConnectionRecord } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import { diskName, fullRatio, percentOf, readDisks, roomCommands } from './host-disks.js';

const askMs = 3_000;

/**
 * Looks whether a host's disk is full by now when a command has failed that needs room, and if so says so, with what to type next. Never throws.
 * @param told hosts of which the command has warned before it began.
 */
export async function explainFullDisk(session: Session, { configUrl }: ConnectionRecord, told: readonly number[]): Promise<void> {
  const disks = (await readDisks(configUrl, askMs)) ?? [];
  const { makes, tells } = roomCommands(session);
  for (const disk of disks) {
    const { host, now, worst } = disk;
    if (worst < fullRatio || told.includes(host)) continue;
    const how = now < fullRatio ? `was ${percentOf(worst)} full a moment ago` : `is ${percentOf(now)} full`;
    session.terminal.warn(
      `${diskName(session, disk, disks.length)} ${how}: that may be why. Make room with ${makes}; what takes it says ${tells}`,
    );
  }
}
