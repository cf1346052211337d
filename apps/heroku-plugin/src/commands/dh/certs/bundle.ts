import { Command } from '@heroku-cli/command';
import type { BundleSwitch } from '@dockhero/contracts/client-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class CertsBundle extends Command {
  static override description = `switch the long-lived certificate bundle on or off
Clients of the original need it: they cannot ask for certificates that expire. Off also revokes the bundles handed out.`;
  static override args = { state: Args.string({ description: 'on or off', required: true, options: ['on', 'off'] }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CertsBundle);
    const enabled = args.state === 'on';
    const { revoked, effective_by } = await callAddon<BundleSwitch>(openSession(this, flags), 'PUT', '/bundle', { enabled });
    this.log(`The long-lived bundle is ${args.state}.`);
    if (revoked > 0) this.log(`Revoked ${String(revoked)}; the hosts refuse them by ${effective_by} at the latest.`);
  }
}
