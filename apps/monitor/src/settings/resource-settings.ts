import type { AlertSettingsStore, MonitorSettings } from '@dockhero/database/alert-settings-store';
import type { SilenceStore } from '@dockhero/database/silence-store';
import type { Silence } from '@dockhero/domain/monitoring/alert-settings';
import type { ResourceId } from '@dockhero/domain/resource';

export interface KnownSettings {
  readonly settings: MonitorSettings;
  readonly silences: readonly Silence[];
}

/** What customers have set, read now and then for all watched resources together: a change counts after some seconds. */
export class ResourceSettings {
  #known: ReadonlyMap<ResourceId, KnownSettings> = new Map();

  constructor(
    private readonly settings: Pick<AlertSettingsStore, 'readMany'>,
    private readonly silences: Pick<SilenceStore, 'listMany'>,
  ) {}

  /** Undefined before it was read. */
  of(resourceId: ResourceId): KnownSettings | undefined {
    return this.#known.get(resourceId);
  }

  /** Reads those of these resources, and forgets all others. @throws AppError `storage_unavailable`: what was known stays. */
  async refresh(resourceIds: readonly ResourceId[]): Promise<void> {
    const before = this.#known;
    const read = await this.#read(resourceIds);
    const needed = [...this.#known].filter(([resourceId]) => !before.has(resourceId));
    this.#known = new Map([...needed, ...read]);
  }

  /** Makes sure that these are known. @throws AppError `storage_unavailable`. */
  async need(resourceIds: readonly ResourceId[]): Promise<void> {
    const missing = resourceIds.filter((resourceId) => !this.#known.has(resourceId));
    if (missing.length === 0) return;
    const read = await this.#read(missing);
    this.#known = new Map([...this.#known, ...read]);
  }

  async #read(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, KnownSettings>> {
    const unique = [...new Set(resourceIds)];
    if (unique.length === 0) return new Map();
    const [settings, silences] = await Promise.all([this.settings.readMany(unique), this.silences.listMany(unique)]);
    return new Map([...settings].map(([id, ofResource]) => [id, { settings: ofResource, silences: silences.get(id) ?? [] }]));
  }
}
