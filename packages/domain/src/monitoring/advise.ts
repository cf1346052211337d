import type { Alert, AlertGroup } from './alert-group.js';
import { planCatalog } from '../plan.js';
import { hostObject, logsObject } from './rules.js';

export interface Advice {
  readonly why: string;
  /** To be typed as it stands. */
  readonly command: string;
}

/** What to type next, most useful first. */
export function advise(alert: Alert, group: AlertGroup): Advice[] {
  const { incident } = alert;
  // The plugin takes --app anywhere; -a behind docker's first word would be docker's.
  const app = group.appName === null ? '' : ` --app ${group.appName}`;
  const object = shellWord(incident.object);
  switch (incident.rule) {
    case 'memory':
      return [{ why: 'See who uses it', command: `heroku dh:docker stats --no-stream${app}` }, ...biggerPlan(group, app)];
    case 'disk':
    case 'disk-filling':
      return [
        { why: 'See what takes the room', command: `heroku dh:docker system df -v${app}` },
        { why: 'Remove images and build cache that nothing uses', command: `heroku dh:docker system prune --all${app}` },
      ];
    case 'inodes':
      return [
        { why: 'See where the many files are', command: `heroku dh:ssh${app} -- "du --inodes -x /var/lib/docker | sort -n | tail"` },
        { why: 'Remove images and build cache that nothing uses', command: `heroku dh:docker system prune --all${app}` },
      ];
    case 'oom-kill':
      return [
        { why: 'Read what it did before', command: `heroku dh:compose logs --tail 100 ${object}${app}` },
        { why: 'See who uses the memory', command: `heroku dh:docker stats --no-stream${app}` },
        ...biggerPlan(group, app),
      ];
    case 'restart-loop':
      return [
        { why: 'Read why it ends', command: `heroku dh:compose logs --tail 100 ${object}${app}` },
        { why: 'Or, when it is no service of the stackfile', command: `heroku logs --num 500${app}` },
      ];
    case 'unhealthy':
      return [
        { why: 'See which containers are unhealthy', command: `heroku dh:docker ps --filter health=unhealthy${app}` },
        { why: 'Read what it logged', command: `heroku dh:compose logs --tail 100 ${shellWord(serviceOf(incident.object))}${app}` },
      ];
    case 'host-silent':
    case 'certificate':
      return [{ why: 'See whether it can be reached', command: `heroku dh:doctor${app}` }];
    case 'logs-behind':
      return [
        { why: 'See who prints most', command: `heroku logs --num 500${app}` },
        { why: 'Read them from Docker meanwhile', command: `heroku dh:compose logs --tail 100${app}` },
      ];
    case 'backup':
      return [
        { why: 'See what became of its backups', command: `heroku dh:backups${app}` },
        { why: 'Make one now', command: `heroku dh:backups:create ${object}${app}` },
      ];
  }
}

/** How not to be told of it for a while. */
export function adviseSilence({ incident: { rule, object } }: Alert, { appName }: AlertGroup): Advice {
  const only = object === hostObject || object === logsObject ? '' : ` --object ${shellWord(object)}`;
  const app = appName === null ? '' : ` --app ${appName}`;
  return { why: 'To hear no more of this for two hours', command: `heroku dh:alerts:silence ${rule}${only} --for 2h${app}` };
}

/** Only plans that can be had without losing the hosts. */
function biggerPlan({ plan, resourceName }: AlertGroup, app: string): Advice[] {
  const index = planCatalog.findIndex(({ slug }) => slug === plan);
  const present = planCatalog[index];
  const bigger = planCatalog
    .slice(index + 1)
    .find(({ hostCount, rootGib }) => hostCount === present?.hostCount && rootGib === present.rootGib);
  if (!present || !bigger) return [];
  return [{ why: 'Or take a plan with more memory', command: `heroku addons:upgrade ${resourceName} dockhero:${bigger.slug}${app}` }];
}

/** `web` of `web.1`: what Compose knows. */
function serviceOf(container: string): string {
  return container.replace(/\.\d+$/, '');
}

/** Names come from the customer's machine: quoted unless plain. */
function shellWord(name: string): string {
  return /^[\w./:@%+-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
