import { Command } from '@heroku-cli/command';
import type { VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class VolumesUndelete extends Command {
  static override description = `bring back a removed volume with its content
For as long as dh:volumes lists it: seven days, unless dh:backups:schedule says otherwise.`;
  static override examples = ['<%= config.bin %> <%= command.id %> dockhero_data'];
  static override args = { name: Args.string({ description: 'as dh:volumes lists it', required: true }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VolumesUndelete);
    const session = openSession(this, flags);
    const { name } = await callAddon<VolumeAnswer>(session, 'POST', `/volumes/${encodeURIComponent(args.name)}/undelete`);
    this.log(`${name} comes back with its content. To look: heroku dh:volumes${session.flags}`);
  }
}
