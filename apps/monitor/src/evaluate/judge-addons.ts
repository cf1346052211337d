import type { AddonStateStore } from '@dockhero/database/addon-state-store';
import { observeAddon } from '@dockhero/domain/monitoring/observe-addon';
import type { WatchedHosts } from '../watch/watched-hosts.js';
import type { EvaluateHosts } from './evaluate-hosts.js';

/** Judges what the control plane itself knows of add-ons, their logs and backups: each with its first host, by whoever watches that. */
export class JudgeAddons {
  constructor(
    private readonly store: Pick<AddonStateStore, 'readMany'>,
    private readonly hosts: WatchedHosts,
    private readonly evaluation: Pick<EvaluateHosts, 'takeAddon'>,
  ) {}

  /** All that this process watches, in one read. @throws AppError `storage_unavailable`: everything stays as it is. */
  async judge(): Promise<void> {
    const first = [...this.hosts.all].filter(({ source }) => source.hostIndex === 0);
    if (first.length === 0) return;
    const states = await this.store.readMany(first.map(({ source }) => source.resourceId));
    for (const host of first) {
      const state = states.get(host.source.resourceId);
      // Meanwhile it may have become another's.
      if (state && this.hosts.has(host)) this.evaluation.takeAddon(host, observeAddon(state.logs, state.backups));
    }
  }
}
