import path from 'node:path';
import type { AgentSettings } from '@dockhero/contracts/agent-api';
import { readState, writeState } from '../state-file.js';

const defaults: AgentSettings = { freeRoom: true };

/** Settings as the control plane last put them. */
export class SettingsFile {
  readonly #file: string;
  #current: AgentSettings;

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'settings.json');
    this.#current = parseSettings(readState(this.#file)) ?? defaults;
  }

  get current(): AgentSettings {
    return this.#current;
  }

  /** @throws what the file system says; the settings then are as before. */
  put(settings: AgentSettings): void {
    writeState(this.#file, settings);
    this.#current = settings;
  }
}

/** Exactly the fields of the contract, or null: a misspelt one must not pass for done. */
export function parseSettings(value: unknown): AgentSettings | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { freeRoom, ...others } = value as Record<string, unknown>;
  return typeof freeRoom === 'boolean' && Object.keys(others).length === 0 ? { freeRoom } : null;
}
