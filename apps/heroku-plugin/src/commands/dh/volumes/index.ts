import { Command, flags } from '@heroku-cli/command';
import type { VolumeList } from '@dockhero/contracts/volumes-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeVolumes } from '../../../messages/describe-volumes.js';

export default class Volumes extends Command {
  static override description = `list the volumes, where they are, and how their backups stand
A stackfile makes them: driver: dockhero under its volumes. Removed ones are listed for as long as their content is kept.`;
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Volumes);
    const session = openSession(this, flags);
    const list = await callAddon<VolumeList>(session, 'GET', '/volumes');
    for (const line of flags.json ? [JSON.stringify(list, null, 2)] : describeVolumes(list, session.flags, Date.now())) this.log(line);
  }
}
