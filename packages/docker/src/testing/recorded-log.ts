import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { LogStream, type LogRequest } from '../log-stream.js';
import type { StandInEngine } from './stand-in-engine.js';

/** Keeps what it gets without copying, and what it was told of the end. */
export class RecordedLog {
  readonly parts: Buffer[] = [];
  readonly ends: (AppError | null)[] = [];
  /** How much had come whenever it was told that Docker answers. */
  readonly opens: number[] = [];
  onPart = (): void => {};
  readonly #ended = Promise.withResolvers<AppError | null>();
  readonly stream: LogStream;

  constructor(engine: StandInEngine, request: Partial<LogRequest> = {}, connection: DockerConnection = engine.connection) {
    this.stream = new LogStream(connection, { containerId: 'c1', since: '0', follow: true, port: engine.port, ...request }, this);
  }

  onOpen(): void {
    this.opens.push(this.parts.length);
  }

  onData(bytes: Buffer): void {
    this.parts.push(bytes);
    this.onPart();
  }

  onEnd(error: AppError | null): void {
    this.ends.push(error);
    this.#ended.resolve(error);
  }

  /** @returns why it ended, once nothing more can come. */
  async end(): Promise<AppError | null> {
    const error = await this.#ended.promise;
    await nextTurn();
    if (this.ends.length > 1) throw new Error('the reader was told more than once of the end');
    return error;
  }

  get data(): Buffer {
    return Buffer.concat(this.parts);
  }
}
