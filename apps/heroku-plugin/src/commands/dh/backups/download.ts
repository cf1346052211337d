import { Command } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class BackupsDownload extends Command {
  static override description = `download a backup as a raw image of the disk
Each block is checked against its checksum. When it ends early, the same command goes on where it was; a small file beside the image knows where. The
image holds a file system, your data in its folder data: on Linux, mount -o loop,ro FILE /mnt. It is sparse: blocks that were never written take no room.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 7d3f09aa data.img'];
  static override args = {
    id: Args.string({ description: 'as dh:backups lists it; its beginning will do', required: true }),
    file: Args.string({ description: 'where to; it must not be there yet', required: true }),
  };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupsDownload);
    const { runDownload } = await import('../../../backups/run-download.js');
    this.log(await runDownload(openSession(this, flags), args.id, args.file));
  }
}
