import type { AgentBundle } from '@dockhero/runtime/agent-bundle';

/** The agent that hosts should run; null in a release without one. */
export class AgentRelease {
  constructor(readonly bundle: AgentBundle | null) {}
}
