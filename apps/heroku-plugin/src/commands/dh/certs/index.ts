import { Command, flags } from '@heroku-cli/command';
import type { CertificateList } from '@dockhero/contracts/client-api';
import { callAddon } from '../../../connection/call-addon.js';
import { readConnection } from '../../../connection/connection-record.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeCertificates } from '../../../messages/describe-certificates.js';

export default class Certs extends Command {
  static override description = "list who can reach the app's Docker: certificates that were handed out and have not expired";
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Certs);
    const session = openSession(this, flags);
    const list = await callAddon<CertificateList>(session, 'GET', '/certificates');
    const own = (await readConnection(session.folder))?.certificate.serial;
    const lines = flags.json ? [JSON.stringify(list, null, 2)] : describeCertificates(list, own, Date.now(), session.flags);
    for (const line of lines) this.log(line);
  }
}
