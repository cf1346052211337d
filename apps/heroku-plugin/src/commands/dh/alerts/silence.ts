import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import type { AlertRule, AlertSilence, SilenceRequest } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { ruleNames } from '../../../monitoring/rule-names.js';
import { parseDuration } from '../../../monitoring/parse-duration.js';
import { PluginError } from '../../../plugin-error.js';

/** What the API takes. */
const maxMinutes = 43_200;

export default class AlertsSilence extends Command {
  static override description = `tell nobody of alerts for a time
Of all, or of one rule, or of one object such as a mountpoint or a service. dh:alerts goes on showing them.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --for 2h',
    '<%= config.bin %> <%= command.id %> restart-loop --object worker --for 1d',
  ];
  static override usage = 'dh:alerts:silence [RULE] --for TIME [--object NAME] [-a, --app APP] [-r, --remote REMOTE] [--addon NAME]';
  static override args = { rule: Args.string({ description: 'which rule; without it, all', options: ruleNames }) };
  static override flags = {
    ...appFlags,
    for: flags.string({ description: 'how long: 90m, 2h, 7d; 30d at most', helpValue: 'TIME' }),
    object: flags.string({ description: 'only alerts of this, as dh:alerts names it', helpValue: 'NAME' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsSilence);
    // oclif's own message for a flag that is missing ends with its name, which is "for".
    if (flags.for === undefined) throw new PluginError('Say for how long: --for 90m, --for 2h or --for 7d.');
    const request: SilenceRequest = {
      minutes: parseDuration(flags.for, '--for', maxMinutes),
      ...(args.rule === undefined ? {} : { rule: args.rule as AlertRule }),
      ...(flags.object === undefined ? {} : { object: flags.object }),
    };
    const session = openSession(this, flags);
    const { id, until } = await callAddon<AlertSilence>(session, 'POST', '/alerts/silences', request);
    const what = `${args.rule ?? 'alerts'}${flags.object === undefined ? '' : ` of ${flags.object}`}`;
    this.log(`Nobody is told of ${what} until ${until}.`);
    this.log(`To end it before: heroku dh:alerts:unsilence ${id}${session.flags}`);
  }
}
