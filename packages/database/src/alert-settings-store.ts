import { adjustableRules, defaultThresholds, type AdjustableRule, type Thresholds } from '@dockhero/domain/monitoring/alert-settings';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database } from './client.js';
import type { AlertSettings as SettingsRow, Prisma } from './generated/prisma/client.js';
import type { SecretBox } from './secret-box.js';

export type NewRelicRegion = 'us' | 'eu';

interface PlainSettings {
  readonly thresholds: Thresholds;
  readonly mailsEnabled: boolean;
  /** Mail addresses beside those of the app's people. */
  readonly recipients: readonly string[];
  /** Whether the agent may remove images and build cache when a disk is about to be full. */
  readonly freeRoom: boolean;
}

/** What a customer may see of the settings: of secrets, whether they are set. */
export interface AlertSettings extends PlainSettings {
  readonly webhook: { readonly isSet: boolean; readonly isSigned: boolean };
  readonly slack: { readonly isSet: boolean };
  readonly newRelic: { readonly isSet: boolean; readonly region: NewRelicRegion };
  readonly federation: { readonly isSet: boolean };
}

/** What the monitor needs to tell people. */
export interface MonitorSettings extends PlainSettings {
  readonly webhook: { readonly url: Secret; readonly secret: Secret | null } | null;
  readonly slackUrl: Secret | null;
  readonly newRelic: { readonly key: Secret; readonly region: NewRelicRegion } | null;
  /** The three above are null because their seals cannot be opened: by a key that this process does not have yet, or no longer. */
  readonly isSealed: boolean;
}

/** What is missing stays as it is; null sets back to the default, or removes. */
export interface AlertSettingsPatch {
  readonly thresholds?: { readonly [Rule in AdjustableRule]?: number | null | undefined } | undefined;
  readonly mailsEnabled?: boolean | undefined;
  readonly recipients?: readonly string[] | undefined;
  readonly freeRoom?: boolean | undefined;
  readonly webhookUrl?: Secret | null | undefined;
  readonly webhookSecret?: Secret | null | undefined;
  readonly slackUrl?: Secret | null | undefined;
  readonly newRelicKey?: Secret | null | undefined;
  readonly newRelicRegion?: NewRelicRegion | undefined;
  readonly federationTokenHash?: string | null | undefined;
}

/** Sealed columns, and the first half of each one's seal's context (see reseal.ts). */
const sealed = {
  webhookUrl: 'alert-webhook-url',
  webhookSecret: 'alert-webhook-secret',
  slackUrl: 'alert-slack-url',
  newRelicKey: 'new-relic-key',
} as const;
type SealedName = keyof typeof sealed;

type MonitorRow = Omit<SettingsRow, 'federationTokenHash' | 'updatedAt'>;
/** By pg: the monitor asks every few seconds, and else needs none of Prisma's query compiler (decision 9). */
const selectMany = `
  SELECT resource_id AS "resourceId", thresholds, mails_enabled AS "mailsEnabled", recipients, webhook_url AS "webhookUrl", webhook_secret AS "webhookSecret",
    slack_url AS "slackUrl", new_relic_key AS "newRelicKey", new_relic_region AS "newRelicRegion", free_room AS "freeRoom"
  FROM alert_settings WHERE resource_id = ANY($1::uuid[])`;

/** What customers have set. The only writer is the partner API. */
export class AlertSettingsStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** What a customer may see; the defaults when nothing was set. @throws AppError `storage_unavailable`. */
  async read(resourceId: ResourceId): Promise<AlertSettings> {
    const row = await orUnavailable(() => this.database.alertSettings.findUnique({ where: { resourceId } }));
    return {
      ...plainSettings(row),
      webhook: { isSet: Boolean(row?.webhookUrl), isSigned: Boolean(row?.webhookSecret) },
      slack: { isSet: Boolean(row?.slackUrl) },
      newRelic: { isSet: Boolean(row?.newRelicKey), region: regionOf(row) },
      federation: { isSet: Boolean(row?.federationTokenHash) },
    };
  }

  /** What the monitor needs, of each of these; the defaults where nothing was set. @throws AppError `storage_unavailable`. */
  async readMany(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, MonitorSettings>> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<MonitorRow>({ name: 'read alert settings', text: selectMany }, [resourceIds]),
    );
    const byId = new Map(rows.map((row) => [row.resourceId, row]));
    // One for all who have set nothing: nearly everybody, and there are thousands of them.
    const defaults = this.#toMonitorSettings(null);
    return new Map(
      resourceIds.map((id) => {
        const row = byId.get(id);
        return [id, row ? this.#toMonitorSettings(row) : defaults];
      }),
    );
  }

  /** @returns false when the resource is removed: nothing was written. @throws AppError `storage_unavailable`. */
  async write(resourceId: ResourceId, patch: AlertSettingsPatch): Promise<boolean> {
    const { thresholds, recipients, webhookUrl, webhookSecret, slackUrl, newRelicKey, ...plain } = patch;
    const seal = (name: SealedName, secret: Secret | null | undefined) => secret && this.box.seal(secret, `${sealed[name]}:${resourceId}`);
    const data = given({
      ...plain,
      recipients: recipients && [...recipients],
      webhookUrl: seal('webhookUrl', webhookUrl),
      webhookSecret: seal('webhookSecret', webhookSecret),
      slackUrl: seal('slackUrl', slackUrl),
      newRelicKey: seal('newRelicKey', newRelicKey),
      updatedAt: new Date(),
    });
    return await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        // One writer at a time; and a removal that is under way is waited for, after which there is no token: nothing is written behind its back.
        const living = await transaction.$queryRaw<unknown[]>`
          SELECT 1 FROM resources WHERE id = ${resourceId}::uuid AND config_token IS NOT NULL FOR NO KEY UPDATE`;
        if (living.length === 0) return false;
        const known = await transaction.alertSettings.findUnique({ where: { resourceId }, select: { thresholds: true } });
        const merged = thresholds && mergeThresholds(known?.thresholds, thresholds);
        const written = merged ? { ...data, thresholds: merged } : data;
        await transaction.alertSettings.upsert({ where: { resourceId }, create: { resourceId, ...written }, update: written });
        return true;
      }),
    );
  }

  /** Whose metrics a token opens, by its hash; null: nobody's. @throws AppError `storage_unavailable`. */
  async findByFederationTokenHash(hash: string): Promise<ResourceId | null> {
    const row = await orUnavailable(() =>
      this.database.alertSettings.findUnique({ where: { federationTokenHash: hash }, select: { resourceId: true } }),
    );
    return row?.resourceId ?? null;
  }

  /** While keys are changed, an API may seal with one that a monitor has not got yet: that costs those secrets, not everybody's settings. */
  #toMonitorSettings(row: MonitorRow | null): MonitorSettings {
    const plain = plainSettings(row);
    try {
      return { ...plain, ...this.#openSecrets(row), isSealed: false };
    } catch {
      return { ...plain, webhook: null, slackUrl: null, newRelic: null, isSealed: true };
    }
  }

  /** @throws Error as `SecretBox.open`. */
  #openSecrets(row: MonitorRow | null): Pick<MonitorSettings, 'webhook' | 'slackUrl' | 'newRelic'> {
    const open = (name: SealedName): Secret | null => {
      const record = row?.[name];
      return row && record ? this.box.open(record, `${sealed[name]}:${row.resourceId}`) : null;
    };
    const [webhookUrl, newRelicKey] = [open('webhookUrl'), open('newRelicKey')];
    return {
      webhook: webhookUrl && { url: webhookUrl, secret: open('webhookSecret') },
      slackUrl: open('slackUrl'),
      newRelic: newRelicKey && { key: newRelicKey, region: regionOf(row) },
    };
  }
}

/** Without what is undefined: Prisma would take that for a mistake. */
function given<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<typeof given<T>>;
}

function plainSettings(row: MonitorRow | null): PlainSettings {
  return {
    thresholds: { ...defaultThresholds, ...storedThresholds(row?.thresholds) },
    mailsEnabled: row?.mailsEnabled ?? true,
    recipients: row?.recipients ?? [],
    freeRoom: row?.freeRoom ?? true,
  };
}

function regionOf(row: MonitorRow | null): NewRelicRegion {
  return row?.newRelicRegion === 'eu' ? 'eu' : 'us';
}

function storedThresholds(json: Prisma.JsonValue | undefined): Partial<Thresholds> {
  const stored = (json ?? {}) as Partial<Record<AdjustableRule, unknown>>;
  return Object.fromEntries(adjustableRules.flatMap((rule) => (typeof stored[rule] === 'number' ? [[rule, stored[rule]]] : [])));
}

function mergeThresholds(
  known: Prisma.JsonValue | undefined,
  patch: NonNullable<AlertSettingsPatch['thresholds']>,
): Record<string, number> {
  const merged = { ...storedThresholds(known), ...given(patch) };
  return Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
