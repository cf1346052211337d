import { Command } from '@heroku-cli/command';
import { Args, Flags } from '@oclif/core';
import { chooseFormat } from '../../../backups/choose-format.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class BackupsDownload extends Command {
  static override description = `download a backup: a raw image of the disk, or its files as a tar
Each block is checked against its checksum. When it ends early, the same command goes on where it was; a small file beside the one that is written knows where. The
image holds a file system, your data in its folder data: on Linux, mount -o loop,ro FILE /mnt. It is sparse: blocks that were never written take no room. A tar is made of ext4
and XFS while it is downloaded, and only the blocks that it needs are; extended attributes are left out. To - it is written to the output, and then begins anew when it ended early.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7d3f09aa data.img',
    '<%= config.bin %> <%= command.id %> 7d3f09aa data.tar',
    '<%= config.bin %> <%= command.id %> 7d3f09aa - --path uploads/2026 | tar x',
  ];
  static override args = {
    id: Args.string({ description: 'as dh:backups lists it; its beginning will do', required: true }),
    file: Args.string({ description: 'where to; it must not be there yet. - is the output, for a tar', required: true }),
  };
  static override flags = {
    ...appFlags,
    format: Flags.string({ description: 'tar when FILE ends in .tar or is -, and with --path; else raw', options: ['raw', 'tar'] }),
    path: Flags.string({ description: 'one file or folder of the volume only, as a tar' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupsDownload);
    const session = openSession(this, flags);
    if (chooseFormat({ file: args.file, ...flags }) === 'raw') {
      const { runDownload } = await import('../../../backups/run-download.js');
      this.log(await runDownload(session, args.id, args.file));
      return;
    }
    const { runTarDownload } = await import('../../../backups/run-tar-download.js');
    const told = await runTarDownload(session, { typed: args.id, file: args.file, path: flags.path });
    // The output is the archive's.
    if (args.file === '-') this.logToStderr(told);
    else this.log(told);
  }
}
