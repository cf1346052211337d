import { Command, flags } from '@heroku-cli/command';
import type { BackupAnswer, CreateBackupRequest } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { waitForBackup } from '../../../backups/wait-for-backup.js';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { PluginError } from '../../../plugin-error.js';

/** What the API takes. */
const noteMax = 200;

export default class BackupsCreate extends Command {
  static override description = `back up a volume now
It holds the content of within seconds from now, however long AWS then takes to complete it. It is kept for 30 days.`;
  static override examples = ['<%= config.bin %> <%= command.id %> dockhero_data --note "before the migration" --wait'];
  static override args = { volume: Args.string({ description: 'as dh:volumes lists it', required: true }) };
  static override flags = {
    ...appFlags,
    note: flags.string({ description: 'what it is for; dh:backups shows it', helpValue: 'TEXT' }),
    wait: flags.boolean({ description: 'until it is complete; ends with 1 when it fails' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupsCreate);
    if ((flags.note ?? '').length > noteMax) throw new PluginError(`--note takes at most ${String(noteMax)} characters.`);
    const session = openSession(this, flags);
    const request: CreateBackupRequest = { volume: args.volume, ...(flags.note === undefined ? {} : { note: flags.note }) };
    const { id } = await callAddon<BackupAnswer>(session, 'POST', '/backups', request);
    if (!flags.wait) return this.log(`Backup ${id} of ${args.volume} is asked for. To look: heroku dh:backups${session.flags}`);
    const { consistency, consistency_detail: why } = await waitForBackup(session, id);
    const claim = consistency === null ? '' : ` (consistent as: ${consistency})`;
    this.log(`Backup ${id} of ${args.volume} is complete${claim}.`);
    if (why !== null) this.log(`Not all went well: ${why}`);
  }
}
