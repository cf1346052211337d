import { Command, flags } from '@heroku-cli/command';
import { allChecks } from '../../doctor/all-checks.js';
import { Facts } from '../../doctor/facts.js';
import { renderFindings } from '../../doctor/render-findings.js';
import { runChecks } from '../../doctor/run-checks.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Doctor extends Command {
  static override description = `find out what is wrong, and say how to mend it
Looks at this machine, the app and its add-on, the way to the host, and the stackfile in the current folder.
Ends with 1 when an error was found, with 0 when there were warnings only.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json --app my-app'];
  static override flags = {
    ...appFlags,
    // Without an app, this machine and the stackfile can be looked at all the same.
    app: flags.app(),
    json: flags.boolean({ char: 'j', description: 'one JSON object: { ok, findings: [{ level, code, text, mend }] }' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    // Without a login the first call would open a browser; the doctor says it instead.
    // What it meets on the way is reported once, as a finding, not as a warning as well.
    const quiet = { heroku: this.heroku, config: this.config, warn: () => undefined };
    const session = flags.app !== undefined && this.heroku.auth ? openSession(quiet, { app: flags.app, addon: flags.addon }) : null;
    const findings = await runChecks(allChecks, new Facts(process.cwd(), readEnvironment(), session));
    if (flags.app !== undefined && !session) {
      findings.push({ level: 'error', code: 'not-logged-in', text: 'You are not logged in to Heroku.', mend: ['heroku login'] });
    }
    const ok = findings.every(({ level }) => level !== 'error');
    if (flags.json) this.log(JSON.stringify({ ok, findings }, null, 2));
    else for (const line of renderFindings(findings)) this.log(line);
    if (!ok) this.exit(1);
  }
}
