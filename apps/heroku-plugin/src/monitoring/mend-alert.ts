import type { Alert } from '@dockhero/contracts/monitoring-api';

/**
 * The next command for whoever is told of an alert.
 * @param flags name app and add-on for commands of ours, `appFlag` the app for the Heroku CLI's; with a space before them.
 */
export function mendAlert({ rule }: Pick<Alert, 'rule'>, flags: string, appFlag: string): string {
  switch (rule) {
    case 'memory':
    case 'oom-kill':
      return `See what takes it: heroku dh:docker stats --no-stream${flags}`;
    case 'disk':
      return `See what takes it: heroku dh:docker system df${flags}`;
    case 'inodes':
      return `See where the files are: heroku dh:ssh${flags} -- "du --inodes -x /var/lib/docker | sort -n | tail"`;
    case 'disk-filling':
      return `See how it grows: heroku dh:metrics disk${flags}`;
    case 'restart-loop':
      return `See why: heroku logs --num 500${appFlag}`;
    case 'unhealthy':
      return `See which: heroku dh:docker ps --filter health=unhealthy${flags}`;
    case 'host-silent':
    case 'certificate':
      return `See whether it can be reached: heroku dh:doctor${flags}`;
    case 'logs-behind':
      return `Read them from Docker meanwhile: heroku dh:compose logs --tail 100${flags}`;
    case 'backup':
      return `See what became of its backups: heroku dh:backups${flags}`;
  }
}
