import { Command, flags } from '@heroku-cli/command';
import type { BackupAnswer, BackupList, DestroyedBackupList } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeBackups, describeDestroyed } from '../../../messages/describe-backups.js';

export default class Backups extends Command {
  static override description = `list the backups of the volumes, newest first
CONSISTENT AS says what a restored one can be relied on for: crash, as after a power cut; filesystem, with everything written out and frozen;
application, as the application itself has prepared it. VERIFIED ones were restored to a scratch disk and checked.
With --destroyed those of add-ons that were destroyed, as long as they are kept, where the app had the same owner: dh:backups:restore takes them.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> dockhero_data',
    '<%= config.bin %> <%= command.id %> --destroyed',
  ];
  static override args = { volume: Args.string({ description: 'only those of this volume' }) };
  static override flags = {
    ...appFlags,
    destroyed: flags.boolean({ description: 'those of destroyed add-ons of the same owner instead' }),
    json: flags.boolean({ char: 'j', description: 'as JSON' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Backups);
    const session = openSession(this, flags);
    const isMeant = ({ volume }: BackupAnswer): boolean => args.volume === undefined || args.volume === volume;
    const print = (list: object, lines: readonly string[]): void => {
      for (const line of flags.json ? [JSON.stringify(list, null, 2)] : lines) this.log(line);
    };
    if (flags.destroyed) {
      const list = await callAddon<DestroyedBackupList>(session, 'GET', '/backups/destroyed');
      const backups = list.backups.filter(isMeant);
      return print({ backups }, describeDestroyed(backups, session.flags, Date.now()));
    }
    const list = await callAddon<BackupList>(session, 'GET', '/backups');
    const backups = list.backups.filter(isMeant);
    print({ ...list, backups }, describeBackups(backups, Date.now()));
  }
}
