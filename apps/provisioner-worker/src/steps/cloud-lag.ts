/** How long AWS's listings may lag behind a change, in milliseconds. */
export class CloudLag {
  constructor(readonly ms: number) {}
}
