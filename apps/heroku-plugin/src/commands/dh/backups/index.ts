import { Command, flags } from '@heroku-cli/command';
import type { BackupList } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeBackups } from '../../../messages/describe-backups.js';

export default class Backups extends Command {
  static override description = `list the backups of the volumes, newest first
CONSISTENT AS says what a restored one can be relied on for: crash, as after a power cut; filesystem, with everything written out and frozen;
application, as the application itself has prepared it. VERIFIED ones were restored to a scratch disk and checked.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> dockhero_data'];
  static override args = { volume: Args.string({ description: 'only those of this volume' }) };
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Backups);
    const list = await callAddon<BackupList>(openSession(this, flags), 'GET', '/backups');
    const backups = list.backups.filter(({ volume }) => args.volume === undefined || args.volume === volume);
    const lines = flags.json ? [JSON.stringify({ ...list, backups }, null, 2)] : describeBackups(backups, Date.now());
    for (const line of lines) this.log(line);
  }
}
