import { Command, flags } from '@heroku-cli/command';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { changeSchedule, readSchedule } from '../../../backups/change-schedule.js';
import { describeSchedule } from '../../../messages/describe-backups.js';
import { parseSize } from '../../../volumes/parse-size.js';

export default class BackupsSchedule extends Command {
  static override description = `show when backups are made and how long they are kept, or change it
What is not named stays. Defaults are for volumes whose stackfile does not say; those that are there stay as they are.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --hour 3 --keep-daily 14 --keep-monthly 12',
  ];
  static override flags = {
    ...appFlags,
    hour: flags.integer({ description: 'hour of the day (UTC) from which backups are made, within four', min: 0, max: 23, helpValue: 'H' }),
    'keep-daily': flags.integer({ description: 'how many daily ones are kept', min: 1, max: 35, helpValue: 'N' }),
    'keep-weekly': flags.integer({ description: 'how many weekly ones', min: 0, max: 52, helpValue: 'N' }),
    'keep-monthly': flags.integer({ description: 'how many monthly ones', min: 0, max: 24, helpValue: 'N' }),
    'keep-removed': flags.integer({ description: 'days that the content of a removed volume is kept', min: 0, max: 30, helpValue: 'DAYS' }),
    'default-size': flags.string({ description: 'of new volumes: 20, 20GB', helpValue: 'SIZE' }),
    'default-type': flags.string({ description: 'of new volumes', options: ['gp3', 'gp2', 'io1', 'io2'] }),
    'default-fs': flags.string({ description: 'of new volumes', options: ['ext4', 'xfs'] }),
    'default-backups': flags.string({ description: 'of new volumes', options: ['daily', 'none'] }),
    json: flags.boolean({ char: 'j', description: 'as JSON' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupsSchedule);
    const wanted = {
      window_hour: flags.hour,
      keep: { daily: flags['keep-daily'], weekly: flags['keep-weekly'], monthly: flags['keep-monthly'] },
      final_days: flags['keep-removed'],
      defaults: {
        size: flags['default-size'] === undefined ? undefined : parseSize(flags['default-size'], '--default-size'),
        type: flags['default-type'],
        fs: flags['default-fs'],
        backups: flags['default-backups'],
      },
    };
    const session = openSession(this, flags);
    const schedule = (await changeSchedule(session, wanted)) ?? (await readSchedule(session));
    for (const line of flags.json ? [JSON.stringify(schedule, null, 2)] : describeSchedule(schedule, session.flags)) this.log(line);
  }
}
