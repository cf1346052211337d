/** What launching needs to know of the installation. */
export class LaunchSettings {
  constructor(
    readonly hostApiUrl: string,
    readonly subnetIds: readonly string[],
    readonly bootDeadlineMs: number,
    /** How long AWS's listings may lag behind a launch. */
    readonly cloudLagMs: number,
    /** Where hosts' agents call; null: nowhere. */
    readonly agentApiUrl: string | null,
  ) {}
}
