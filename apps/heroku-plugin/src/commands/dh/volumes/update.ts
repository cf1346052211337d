import { Command, flags } from '@heroku-cli/command';
import type { ChangeVolumeRequest, VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { parseSize } from '../../../volumes/parse-size.js';

export default class VolumesUpdate extends Command {
  static override description = `change a volume's type, its daily backups or its size
Containers run on meanwhile. Before a change of type or size a backup is made, unless there is one of today; AWS changes a volume once in six hours: what is to
change together goes into one call. Backups that there are stay when daily ones are switched off.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> dockhero_data --type io2',
    '<%= config.bin %> <%= command.id %> dockhero_cache --backups none',
    '<%= config.bin %> <%= command.id %> dockhero_data --type gp3 --size 40',
  ];
  static override args = { name: Args.string({ description: 'as dh:volumes lists it', required: true }) };
  static override flags = {
    ...appFlags,
    type: flags.string({ description: 'type of the EBS volume', options: ['gp3', 'gp2', 'io1', 'io2'] }),
    backups: flags.string({ description: 'whether it is backed up each day', options: ['daily', 'none'] }),
    size: flags.string({ description: 'make it larger: 40, 40GB or 1TB', helpValue: 'SIZE' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VolumesUpdate);
    const request = {
      ...(flags.type === undefined ? {} : { type: flags.type }),
      ...(flags.backups === undefined ? {} : { backups: flags.backups }),
      ...(flags.size === undefined ? {} : { size: parseSize(flags.size, '--size') }),
    } as ChangeVolumeRequest;
    if (Object.keys(request).length === 0) this.error('Say what is to change: --type, --backups or --size.', { exit: 1 });
    const session = openSession(this, flags);
    const volume = await callAddon<VolumeAnswer>(session, 'PATCH', `/volumes/${encodeURIComponent(args.name)}`, request);
    const { name, size, type, backups } = volume;
    this.log(`${name} is to be ${String(size)} GB ${type}, backups: ${backups}. To look: heroku dh:volumes${session.flags}`);
  }
}
