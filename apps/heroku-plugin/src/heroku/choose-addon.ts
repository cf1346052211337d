import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import type { AppSource, Attachment } from './app-source.js';
import { capabilityPrefixes, urlSuffix } from './capability-urls.js';

/** The add-on that a command talks to. */
export interface ChosenAddon {
  /** The attachment's name: prefix of its config vars, `DOCKHERO` unless there are several. */
  readonly prefix: string;
  /** The capability URL: a secret. */
  readonly configUrl: string;
  /** What its config vars are called when it is the only add-on: `DOCKHERO_HOST` for `BLUE_HOST`. Empty when they are called so anyway. */
  readonly plainVariables: Variables;
}

/** What the first add-on of an app is called, and the only one. */
export const plainPrefix = 'DOCKHERO';

/** The app has the add-on, and its URL is not there yet: the provider sets it within seconds of `addons:create`. */
export class UnpublishedError extends PluginError {}

/**
 * Finds the add-on among the app's config vars. Attachments are read only when the config vars leave a doubt.
 * @param wanted value of `--addon`: an attachment's name or an add-on's.
 * @throws PluginError without an add-on, with an unknown one, or with several and no choice; UnpublishedError.
 */
export async function chooseAddon(source: AppSource, config: Variables, wanted: string | undefined): Promise<ChosenAddon> {
  const prefixes = capabilityPrefixes(config);
  const named = wanted?.toUpperCase();
  if (named !== undefined && prefixes.includes(named)) return chosen(named, config);
  if (wanted === undefined && prefixes.length === 1 && prefixes[0] === plainPrefix) return chosen(plainPrefix, config);

  const ours = await readOurs(source);
  const fitting = wanted === undefined ? ours : ours.filter(({ name, addonName }) => name === named || addonName === wanted);
  const published = fitting.filter(({ name }) => prefixes.includes(name));
  // One add-on may be attached twice: its URL is then the same under both names.
  const urls = new Set(published.map(({ name }) => config[`${name}${urlSuffix}`]));
  const [first] = published;
  if (first && urls.size === 1) return chosen(first.name, config);
  if (urls.size > 1) throw severalAddons(source, published);
  const [awaited] = fitting;
  // A plain URL that is none of ours will not become one by waiting.
  if (awaited && config[`${awaited.name}${urlSuffix}`] === undefined) throw unpublished(source, awaited);
  if (wanted !== undefined && ours.length > 0) throw unknownAddon(source, wanted, ours);
  throw noAddon(source, config);
}

/** Where the plan is not known, only names that say it are taken for ours; a dyno has sorted them out itself. */
async function readOurs(source: AppSource): Promise<readonly Attachment[]> {
  const attachments = await source.readAttachments();
  if (source.kind === 'dyno') return attachments;
  return attachments.filter(({ name, plan }) => (plan === null ? name.startsWith(plainPrefix) : /^dockhero(-[a-z0-9-]+)?:/.test(plan)));
}

function chosen(prefix: string, config: Variables): ChosenAddon {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    if (prefix !== plainPrefix && name.startsWith(`${prefix}_`)) plain[`${plainPrefix}${name.slice(prefix.length)}`] = value;
  }
  return { prefix, configUrl: config[`${prefix}${urlSuffix}`] ?? '', plainVariables: plain };
}

function noAddon(source: AppSource, config: Variables): PluginError {
  if (source.kind === 'dyno') {
    return new PluginError(
      'DOCKHERO_CONFIG_URL is not set. Add the dockhero add-on to the app, or to "addons" in app.json for review apps, and run this on a dyno of it.',
    );
  }
  if (config[`${plainPrefix}${urlSuffix}`] !== undefined) {
    return new PluginError(
      `DOCKHERO_CONFIG_URL of ${source.appName} is not one of Dockhero's. Look at it: heroku addons --app ${source.appName}`,
    );
  }
  return new PluginError(
    `DOCKHERO_CONFIG_URL is not found: ${source.appName} has no Dockhero add-on. Create one: heroku addons:create dockhero --app ${source.appName}`,
  );
}

function unpublished({ appName }: AppSource, { name, addonName }: Attachment): UnpublishedError {
  const flag = name === plainPrefix ? '' : ` --addon ${name}`;
  return new UnpublishedError(
    `${addonName ?? name} of ${appName} is still being created: ${name}${urlSuffix} is not there yet. Wait for it: heroku dh:wait --app ${appName}${flag}`,
  );
}

function unknownAddon({ kind, appName }: AppSource, wanted: string, ours: readonly Attachment[]): PluginError {
  const how = kind === 'dyno' ? `attached as ${wanted}; a dyno knows the names of attachments only` : `called ${wanted}`;
  return new PluginError(`${appName} has no Dockhero add-on ${how}.${listed(ours)}`);
}

function severalAddons({ appName }: AppSource, ours: readonly Attachment[]): PluginError {
  return new PluginError(`${appName} has several Dockhero add-ons. Say which with --addon NAME.${listed(ours)}`);
}

function listed(ours: readonly Attachment[]): string {
  return ours.map(({ name, addonName }) => `\n  --addon ${name}${addonName === null ? '' : `  (${addonName})`}`).join('');
}
