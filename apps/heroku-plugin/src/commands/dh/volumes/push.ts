import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { readEnvironment } from '../../../env.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { parseOwner } from '../../../volumes/parse-owner.js';
import { parseVolumeAddress } from '../../../volumes/parse-volume-address.js';

export default class VolumesPush extends Command {
  static override description = `copy a file or a folder into a volume
Through Docker: no SSH, and no container needs to run. As with cp, it goes into the address when that is a folder, else it becomes that; folders that are missing
on the way are made. With a slash at the end of LOCAL, the contents of the folder go there. Files that are there are replaced, others stay. All of it belongs to
the owner of the folder it goes into, unless --owner says otherwise.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./uploads dh://dockhero_data',
    '<%= config.bin %> <%= command.id %> seed.sql dh://dockhero_data/import/ --owner 999:999',
  ];
  static override args = {
    local: Args.string({ description: 'a file or folder of this machine', required: true }),
    address: Args.string({ description: 'dh://VOLUME/PATH, the volume as docker volume ls lists it', required: true }),
  };
  static override flags = {
    ...appFlags,
    owner: flags.string({ description: 'numbers of the user and group that it belongs to', helpValue: 'UID[:GID]' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VolumesPush);
    const address = parseVolumeAddress(args.address);
    const owner = flags.owner === undefined ? null : parseOwner(flags.owner);
    const { pushPath } = await import('../../../volumes/push-path.js');
    this.log(await pushPath(openSession(this, flags), args.local, address, owner, readEnvironment()));
  }
}
