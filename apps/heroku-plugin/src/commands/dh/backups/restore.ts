import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { restoreBackup } from '../../../backups/restore-backup.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { PluginError } from '../../../plugin-error.js';
import { parseSize } from '../../../volumes/parse-size.js';
import { isVolumeName } from '../../../volumes/volume-name.js';
import { waitForVolume } from '../../../volumes/wait-for-volume.js';

export default class BackupsRestore extends Command {
  static override description = `restore a backup: into a new volume, or into its own in place of what that holds
In place, the volume must be free: stop the containers that use it. Its present content is backed up before. With --into nothing is replaced; in a
stackfile, give the new volume's name under volumes. One of an add-on that was destroyed, as
dh:backups --destroyed lists it, goes into a new volume.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7d3f09aa --into data_of_monday --wait',
    '<%= config.bin %> <%= command.id %> 7d3f09aa --confirm my-app',
  ];
  static override args = { id: Args.string({ description: 'as dh:backups lists it; its beginning will do', required: true }) };
  static override flags = {
    ...appFlags,
    into: flags.string({ description: 'make a new volume of this name', helpValue: 'NAME' }),
    size: flags.string({ description: 'make it larger than the backup: 40, 40GB', helpValue: 'SIZE' }),
    wait: flags.boolean({ description: 'until the volume is ready' }),
    confirm: flags.string({ char: 'c', description: 'name of the app, instead of being asked', helpValue: 'APP' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupsRestore);
    const size = flags.size === undefined ? undefined : parseSize(flags.size, '--size');
    if (flags.into !== undefined && !isVolumeName(flags.into))
      throw new PluginError('--into takes the name of a volume: letters, digits, _ . and -, the first a letter or a digit.');
    const session = openSession(this, flags);
    const wanted = { typed: args.id, into: flags.into, size, app: flags.app, confirmed: flags.confirm };
    const { id, volume, replaced } = await restoreBackup(session, wanted);
    if (!flags.wait) return this.log(`Backup ${id} is being restored into ${volume}. To look: heroku dh:volumes${session.flags}`);
    await waitForVolume(session, volume, replaced);
    this.log(`${volume} holds backup ${id}.`);
  }
}
