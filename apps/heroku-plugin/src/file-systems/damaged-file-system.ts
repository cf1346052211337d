import { PluginError } from '../plugin-error.js';

/** A file system that contradicts itself, or its checksums. */
export class DamagedFileSystem extends PluginError {
  /**
   * @param what is wrong, without a full stop.
   * @param place the file it was found at; undefined while that is not known.
   */
  constructor(
    readonly what: string,
    readonly place?: string,
  ) {
    const where = place === undefined ? '' : `, at ${place}`;
    super(
      `The file system in this backup is damaged${where}: ${what}. Other files can be had with --path; or download the raw image (--format raw) and repair that.`,
    );
  }
}

/** A file system that needs more than this reader can do. @param what a clause, without a full stop. */
export function unreadable(what: string): PluginError {
  return new PluginError(
    `${what}. Restore the backup to a new volume, and copy from that: heroku dh:backups:restore BACKUP --into NAME, then heroku dh:volumes:pull dh://NAME .`,
  );
}
