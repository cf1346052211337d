import { Command } from '@heroku-cli/command';
import type { ChangeVolumeRequest, VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { parseSize } from '../../../volumes/parse-size.js';

export default class VolumesResize extends Command {
  static override description = `make a volume larger
Containers run on meanwhile. A backup is made before, unless there is one of today. A volume only grows; AWS changes one once in six hours.`;
  static override examples = ['<%= config.bin %> <%= command.id %> dockhero_data 40'];
  static override args = {
    name: Args.string({ description: 'as dh:volumes lists it', required: true }),
    size: Args.string({ description: 'the new size: 40, 40GB or 1TB', required: true }),
  };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VolumesResize);
    const request: ChangeVolumeRequest = { size: parseSize(args.size, 'The size') };
    const session = openSession(this, flags);
    const { name, size } = await callAddon<VolumeAnswer>(session, 'PATCH', `/volumes/${encodeURIComponent(args.name)}`, request);
    this.log(`${name} grows to ${String(size)} GB within minutes. To look: heroku dh:volumes${session.flags}`);
  }
}
