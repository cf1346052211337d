import { Command, flags } from '@heroku-cli/command';
import { rotate } from '../../../connection/rotate.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { confirmApp } from '../../../messages/confirm-app.js';

export default class CertsRotate extends Command {
  static override description = `revoke all that opens the app's Docker: every certificate, and DOCKHERO_CONFIG_URL
The new URL makes a release, which restarts the dynos; containers run on. With --keep-url only the certificates go, and whoever knows the URL can get another.
Everybody gets a new certificate with the next command; clients that use the long-lived bundle must download it again.`;
  static override examples = ['<%= config.bin %> <%= command.id %> --confirm my-app', '<%= config.bin %> <%= command.id %> --keep-url'];
  static override flags = {
    ...appFlags,
    'keep-url': flags.boolean({ description: 'leave DOCKHERO_CONFIG_URL as it is: no release, no restart' }),
    confirm: flags.string({ char: 'c', description: 'name of the app, instead of being asked', helpValue: 'APP' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(CertsRotate);
    const session = openSession(this, flags);
    const keepUrl = flags['keep-url'];
    const release = keepUrl ? '' : ' and replaces DOCKHERO_CONFIG_URL, which makes a release and restarts the dynos';
    await confirmApp(flags.app, flags.confirm, `This revokes every certificate for the Docker of ${flags.app}${release}.`);
    const { revoked, effectiveBy, configUrl } = await rotate(session, keepUrl);
    this.log(`Revoked ${String(revoked)} certificate${revoked === 1 ? '' : 's'}; the hosts refuse them by ${effectiveBy} at the latest.`);
    if (configUrl === 'replaced') this.log('DOCKHERO_CONFIG_URL is replaced; the old one opens nothing any more.');
    if (configUrl === 'pending') {
      this.error(
        `Heroku has not taken the new DOCKHERO_CONFIG_URL yet, and until it has, the old one can get certificates. It goes on by itself; run this command again when heroku dh:status${session.flags} says running.`,
        { exit: 1 },
      );
    }
  }
}
