import { Command } from '@heroku-cli/command';
import type { BackupAnswer } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { findBackup } from '../../../backups/find-backup.js';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class BackupsVerify extends Command {
  static override description = `prove a backup: restore it to a scratch disk and check that
The newest backup of each volume is verified every week anyway. The result is in dh:backups.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 7d3f09aa'];
  static override args = { id: Args.string({ description: 'as dh:backups lists it; its beginning will do', required: true }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupsVerify);
    const session = openSession(this, flags);
    const { id } = await findBackup(session, args.id);
    await callAddon<BackupAnswer>(session, 'POST', `/backups/${encodeURIComponent(id)}/verify`);
    this.log(`Backup ${id} is being restored to a scratch disk and checked. The result will be in heroku dh:backups${session.flags}`);
  }
}
