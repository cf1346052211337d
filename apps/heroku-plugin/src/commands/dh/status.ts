import { Command, flags } from '@heroku-cli/command';
import type { ClientStatus } from '@dockhero/contracts/client-api';
import { callAddon } from '../../connection/call-addon.js';
import { readConnection } from '../../connection/connection-record.js';
import { openAlerts } from '../../connection/open-alerts.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';
import { describeStatus } from '../../messages/describe-status.js';

export default class Status extends Command {
  static override description =
    "show how the add-on is: where it stands, its address, this machine's certificate, open alerts, what happened";
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Status);
    const session = openSession(this, flags);
    const [status, alerts] = await Promise.all([callAddon<ClientStatus>(session, 'GET', '/status'), openAlerts(session)]);
    const { prefix, configUrl } = await session.chosenAddon();
    const host = (await session.configVars())[`${prefix}_HOST`] ?? null;
    if (flags.json) {
      this.log(JSON.stringify({ ...status, app: flags.app, attachment: prefix, host, alerts }, null, 2));
      return;
    }
    const cached = await readConnection(session.folder);
    // What is left of an add-on that was replaced says nothing of this one.
    const record = cached?.configUrl === configUrl ? cached : null;
    for (const line of describeStatus({ status, app: flags.app, prefix, host, record, alerts, now: Date.now() })) this.log(line);
  }
}
