import type { LogSettings } from '@dockhero/contracts/monitoring-api';

/** Which apps get the logs, for people. @param flags name app and add-on, with a space before them. */
export function describeLogSettings({ all_attachments: all, apps, apps_read_at: readAt }: LogSettings, flags: string): readonly string[] {
  const rows = apps.map(({ name, is_owner: isOwner, gets_logs: getsLogs }) => {
    const why = getsLogs ? 'gets them' : isOwner || all ? 'Heroku takes no logs for it from add-ons' : 'does not get them';
    return `  ${name}${isOwner ? ' (owner)' : ''}: ${why}`;
  });
  return [
    all ? 'The logs go to every app that the add-on is attached to.' : 'The logs go to the app that owns the add-on, and to no other.',
    ...rows,
    ...(readAt === null ? ['Heroku has not been asked for the attached apps yet.'] : []),
    `To change it: heroku dh:logs:apps ${all ? 'owner' : 'all'}${flags}`,
  ];
}
