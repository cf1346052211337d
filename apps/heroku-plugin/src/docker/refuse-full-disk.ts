import type { Session } from '../connection/session.js';
import { PluginError } from '../plugin-error.js';
import { diskName, fullRatio, percentOf, readDisks, roomCommands, type HostDisk } from './host-disks.js';

/** No command waits longer to learn that there is room. */
const askMs = 1_500;
/** Older figures refuse nothing. */
const newestSeconds = 60;

/** One question to the API whether the hosts' disks are full: asked as soon as the add-on's URL is known, answered while the command is prepared. */
export class DiskQuestion {
  #asked: { readonly configUrl: string; readonly answer: Promise<readonly HostDisk[] | null> } | null = null;

  /** Asks, unless this add-on is being asked already. */
  ask(configUrl: string): void {
    if (this.#asked?.configUrl !== configUrl) this.#asked = { configUrl, answer: readDisks(configUrl, askMs) };
  }

  /**
   * Waits for the answer. Where another host has room, Swarm may place there what is to come: then it only warns.
   * @returns the hosts that it has warned of.
   * @throws PluginError when the disks of all hosts are full; without an answer, or one of late, the command goes on.
   */
  async refuseFull(session: Session): Promise<readonly number[]> {
    const disks = (await this.#asked?.answer) ?? [];
    const full = disks.filter(({ now, ageSeconds }) => now >= fullRatio && ageSeconds <= newestSeconds);
    if (full.length === 0) return [];
    const { makes, tells } = roomCommands(session);
    const said = full
      .map(
        (disk) =>
          `${diskName(session, disk, disks.length)} is ${percentOf(disk.now)} full, as of at most ${String(disk.ageSeconds)} s ago.`,
      )
      .join(' ');
    if (full.length < disks.length) {
      session.terminal.warn(`${said} What Docker puts there fails. Make room with ${makes}; what takes it says ${tells}`);
      return full.map(({ host }) => host);
    }
    throw new PluginError(
      [
        `${said} Nothing was started: a full disk ends the Swarm.`,
        `What takes the room: ${tells}`,
        `Make room: ${makes}`,
        'Figures are taken each 15 s. To run this all the same, set DOCKHERO_DISK_CHECK=off in your shell.',
      ].join('\n'),
    );
  }
}
