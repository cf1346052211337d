import { Command, flags } from '@heroku-cli/command';
import type { AlertOverview } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeAlerts } from '../../../messages/describe-alerts.js';

export default class Alerts extends Command {
  static override description = `show what is wrong with the hosts, what was lately, and who is told
Times are UTC.`;
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Alerts);
    const session = openSession(this, flags);
    const overview = await callAddon<AlertOverview>(session, 'GET', '/alerts');
    const known = { overview, app: flags.app, flags: session.flags, appFlag: session.appFlag, now: Date.now() };
    for (const line of flags.json ? [JSON.stringify(overview, null, 2)] : describeAlerts(known)) this.log(line);
  }
}
