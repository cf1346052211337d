import { Command } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { readEnvironment } from '../../../env.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { parseVolumeAddress } from '../../../volumes/parse-volume-address.js';

export default class VolumesPull extends Command {
  static override description = `copy a file or a folder out of a volume
Through Docker: no SSH, and no container needs to run. As with cp, it goes into LOCAL when that is a folder, else it becomes LOCAL; with a slash at its end, and of a
whole volume, the contents of the folder go there. What is being written meanwhile may come torn: of a running database take a backup instead.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> dh://dockhero_data/uploads .',
    '<%= config.bin %> <%= command.id %> dh://dockhero_data ./data',
  ];
  static override args = {
    address: Args.string({ description: 'dh://VOLUME/PATH, the volume as docker volume ls lists it', required: true }),
    local: Args.string({ description: 'a file or folder of this machine', required: true }),
  };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VolumesPull);
    const address = parseVolumeAddress(args.address);
    const { pullPath } = await import('../../../volumes/pull-path.js');
    this.log(await pullPath(openSession(this, flags), address, args.local, readEnvironment()));
  }
}
