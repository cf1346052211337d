/** Where an archive goes. */
export interface TarSink {
  /** Bytes of the archive that are there: where to go on. */
  readonly next: number;
  write(bytes: Buffer): Promise<void>;
  /** All of it was written. */
  finish(): Promise<void>;
  /** Always the last call, whatever happened. */
  close(): Promise<void>;
}
