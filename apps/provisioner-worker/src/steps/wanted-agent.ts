import type { AgentSettings } from '@dockhero/contracts/agent-api';
import type { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import type { ResourceId } from '@dockhero/domain/resource';

/** What host agents are to be: of which release, and as their customer has set. */
export class WantedAgent {
  /** @param sha256 of this release's bundle, hex; null in a release without an agent. */
  constructor(
    readonly sha256: string | null,
    private readonly settings: AlertSettingsStore,
  ) {}

  /** @throws AppError `storage_unavailable`. */
  async settingsOf(resourceId: ResourceId): Promise<AgentSettings> {
    const { freeRoom } = await this.settings.read(resourceId);
    return { freeRoom };
  }
}
