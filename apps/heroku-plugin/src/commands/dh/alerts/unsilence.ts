import { Command } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { endSilences } from '../../../monitoring/end-silences.js';

export default class AlertsUnsilence extends Command {
  static override description = 'tell people of alerts again: end one silence, those of a rule, or all';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> disk'];
  static override args = { silence: Args.string({ description: 'an ID or a rule, as dh:alerts lists them; without it, all' }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsUnsilence);
    const ended = await endSilences(openSession(this, flags), args.silence);
    if (ended.length === 0) this.log('Nothing was silenced.');
    else this.log(`Ended ${String(ended.length)} silence${ended.length === 1 ? '' : 's'}: people are told again.`);
  }
}
