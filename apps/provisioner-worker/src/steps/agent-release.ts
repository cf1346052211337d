/** The host agent of this release. */
export class AgentRelease {
  /** @param sha256 hex; null in a release without an agent. */
  constructor(readonly sha256: string | null) {}
}
