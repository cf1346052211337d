import { Command, flags } from '@heroku-cli/command';
import type { NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { licenseKeyRequest } from '../../../monitoring/license-key.js';
import { readSecretLine } from '../../../monitoring/read-secret-line.js';

const configVar = 'NEW_RELIC_LICENSE_KEY';

export default class NewRelicSet extends Command {
  static override description = `send the hosts' figures to your account at New Relic
Asks for the license key (type INGEST - LICENSE), or reads it from standard input. It is stored encrypted and never shown again.
With --from-config the app's own ${configVar} is copied to us; later changes of it are not followed.`;
  static override usage = 'dh:newrelic:set [--from-config] [--region us|eu] [-a, --app APP] [-r, --remote REMOTE] [--addon NAME]';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from-config',
    '<%= config.bin %> <%= command.id %> --region eu < key.txt',
  ];
  // Anything may follow, so that a key on the command line gets an answer that does not repeat it.
  static override strict = false;
  static override flags = {
    ...appFlags,
    'from-config': flags.boolean({ description: `take the app's config var ${configVar}` }),
    region: flags.string({ description: 'where the account is, when the key does not tell', options: ['us', 'eu'] }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NewRelicSet);
    if (argv.length > 0) {
      this.error(
        'The key does not belong on the command line: ps and the shell’s history show it. Run the command without it; you are asked. Better make a new key, now that this one was there.',
        { exit: 1 },
      );
    }
    const session = openSession(this, flags);
    const ofApp = flags['from-config'] ? (await session.configVars())[configVar] : undefined;
    if (flags['from-config'] && !ofApp) {
      this.error(`${flags.app} has no config var ${configVar}. Run the command without --from-config to be asked for the key.`, {
        exit: 1,
      });
    }
    const key = ofApp ?? (await readSecretLine('New Relic license key'));
    const request = licenseKeyRequest(key.trim(), flags.region as 'us' | 'eu' | undefined);
    const { region } = await callAddon<NewRelicStatus>(session, 'PUT', '/newrelic', request);
    this.log(`Figures go to New Relic, region ${region ?? request.region}, within a minute or two.`);
    this.log(`To see whether it takes them: heroku dh:newrelic${session.flags}`);
  }
}
