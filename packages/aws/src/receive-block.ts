import type { Dispatcher } from 'undici';

/** Until the answer begins, a connection's making included. Milliseconds. */
const headMs = 15_000;

export interface FetchedBlock {
  readonly bytes: Buffer;
  /** What AWS says of it; NaN and empty if it does not. */
  readonly declaredBytes: number;
  readonly checksum: string;
}

/** Takes the answer to one GetSnapshotBlock, in limited time. */
export class BlockReceiver implements Dispatcher.DispatchHandler {
  readonly #outcome = Promise.withResolvers<FetchedBlock | null>();
  #timer: NodeJS.Timeout | undefined;
  #headers: Record<string, string | string[] | undefined> | null = null;
  #length = 0;

  /** @param bodyMs from the answer's head to its end. */
  constructor(
    private readonly into: Buffer,
    private readonly bodyMs: number,
  ) {}

  /** The block; null when there is none in the answer, or no answer. @throws Error when an answer has begun and does not end as it should. */
  get received(): Promise<FetchedBlock | null> {
    return this.#outcome.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#limit(controller, headMs, 'no answer');
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status !== 200) return controller.abort(new Error(`status ${String(status)}`));
    this.#headers = headers;
    this.#limit(controller, this.bodyMs, 'the bytes of a block stopped coming');
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#length + piece.length > this.into.length) return controller.abort(new Error('more bytes than a block has'));
    piece.copy(this.into, this.#length);
    this.#length += piece.length;
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const { 'x-amz-data-length': declared, 'x-amz-checksum': checksum = '' } = this.#headers ?? {};
    const bytes = this.into.subarray(0, this.#length);
    this.#outcome.resolve({ bytes, declaredBytes: Number(declared), checksum: String(checksum) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    if (this.#headers) this.#outcome.reject(error);
    else this.#outcome.resolve(null);
  }

  #limit(controller: Dispatcher.DispatchController, ms: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => controller.abort(new Error(reason)), ms);
  }
}
