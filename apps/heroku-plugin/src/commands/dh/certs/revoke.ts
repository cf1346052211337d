import { Command } from '@heroku-cli/command';
import type { RevokedCertificate } from '@dockhero/contracts/client-api';
import { Args } from '@oclif/core';
import { callAddon } from '../../../connection/call-addon.js';
import { forgetOwn } from '../../../connection/rotate.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class CertsRevoke extends Command {
  static override description = `revoke one certificate
Who knows DOCKHERO_CONFIG_URL can get another: to shut a person out, use dh:certs:rotate.`;
  static override args = { serial: Args.string({ description: 'as dh:certs lists it', required: true }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CertsRevoke);
    const session = openSession(this, flags);
    const serial = args.serial.toLowerCase();
    const { effective_by } = await callAddon<RevokedCertificate>(session, 'DELETE', `/certificates/${encodeURIComponent(serial)}`);
    await forgetOwn(session, serial);
    this.log(`Revoked ${serial}; the hosts refuse it by ${effective_by} at the latest.`);
  }
}
