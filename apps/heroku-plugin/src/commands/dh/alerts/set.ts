import { Command } from '@heroku-cli/command';
import type { PatchedAlertSettings } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeSettings } from '../../../messages/describe-alerts.js';
import { parseAlertSettings } from '../../../monitoring/parse-alert-settings.js';
import { readSecretLine } from '../../../monitoring/read-secret-line.js';

export default class AlertsSet extends Command {
  static override description = `set from where alerts fire, and who is told
memory, disk and inodes take per cents from 50 to 99. mail is on or off; the app's owner and collaborators get them, and recipients, at most ten,
but for addresses that have used the link in a mail to get no more: resubscribe takes those back.
webhook and slack take an https:// URL; - asks for it, so that neither the shell's history nor ps has it. none takes a webhook, slack or recipients away.
free-room is whether unused images and old build cache go by themselves when a disk is about to be full.`;
  static override usage = 'dh:alerts:set NAME=VALUE... [-a, --app APP] [-r, --remote REMOTE] [--addon NAME]';
  static override examples = [
    '<%= config.bin %> <%= command.id %> memory=85 disk=95',
    '<%= config.bin %> <%= command.id %> mail=off webhook=https://example.com/alerts',
    '<%= config.bin %> <%= command.id %> recipients=ops@example.com slack=-',
  ];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(AlertsSet);
    const patch = await parseAlertSettings(argv.map(String), (name) => readSecretLine(`${name} URL`));
    const settings = await callAddon<PatchedAlertSettings>(openSession(this, flags), 'PATCH', '/alerts/settings', patch);
    for (const line of describeSettings(settings)) this.log(line);
    if (settings.webhook_secret === undefined) return;
    this.log('');
    this.log(`The webhook's requests are signed with this secret, which is shown only now: ${settings.webhook_secret}`);
  }
}
