import { timeOf } from '../follow/log-time.js';
import { dockerFrame, dockerTime } from './docker-frames.js';

export interface Message {
  readonly stream: 1 | 2;
  readonly at: string;
  /** With its line end, or without for a part of a line. */
  readonly text: string;
}

const never = '0001-01-01T00:00:00Z';

/** A container as dockerd knows it: its life, and the log that it keeps. The log's clock moves by what tests say and by nothing else. */
export class StandInContainer {
  readonly messages: Message[] = [];
  state: 'created' | 'running' | 'exited' = 'created';
  isRemoved = false;
  exitCode = 0;
  startedAt = never;
  finishedAt = never;
  logDriver = 'json-file';
  isTerminal = false;
  /** Grows with each start: whoever follows a log follows one run. */
  run = 0;
  /** First messages of files: who follows comes to one, reads on to where the log then ends, and reads all of that once more. */
  readonly files: number[] = [];
  /** True: and then gets nothing until the next file begins. */
  leavesBehind = false;
  #rotatedAway = 0;
  #nanos = 0;
  #change = Promise.withResolvers<void>();

  constructor(
    readonly id: string,
    readonly name: string,
    readonly labels: Readonly<Record<string, string>> = {},
  ) {}

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Messages before this one are in files that were rotated away. */
  get firstKept(): number {
    return this.#rotatedAway;
  }

  /** Resolves when anything happens. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  /** @param stepMs since the last message. */
  write(text: string, { stepMs = 1, stream = 1, end = this.isTerminal ? '\r\n' : '\n' }: WriteOptions = {}): void {
    this.#nanos += Math.round(stepMs * 1e6);
    this.messages.push({ stream, at: dockerTime(this.#nanos), text: text + end });
    this.#tell();
  }

  writeMany(texts: readonly string[], options: WriteOptions = {}): void {
    for (const text of texts) this.write(text, options);
  }

  /** The first `count` of those that are kept go. A reader that has not come to them passes over them, and is told nothing. */
  rotate(count: number): void {
    this.#rotatedAway = Math.min(this.messages.length, this.#rotatedAway + count);
  }

  /** What comes now goes into a new file. */
  beginFile(): void {
    this.files.push(this.messages.length);
    this.#tell();
  }

  /** First message of the file that is begun next. */
  async fileAfter(next: number): Promise<number> {
    for (;;) {
      const first = this.files.find((file) => file >= next);
      if (first !== undefined || !this.isRunning) return first ?? this.messages.length;
      await this.changed;
    }
  }

  start(at = timeOf(new Date())): void {
    this.state = 'running';
    this.run += 1;
    this.startedAt = at;
    this.#tell();
  }

  end(exitCode = 0, at = timeOf(new Date())): void {
    this.state = 'exited';
    this.exitCode = exitCode;
    this.finishedAt = at;
    this.#tell();
  }

  remove(): void {
    this.isRemoved = true;
    this.#tell();
  }

  /** One message as it is streamed: a frame, or a terminal's bytes. */
  bytesOf({ stream, at, text }: Message): Buffer {
    return this.isTerminal ? Buffer.from(`${at} ${text}`) : dockerFrame(stream, at, text);
  }

  get summary(): object {
    return { Id: this.id, Names: [`/${this.name}`], Labels: this.labels, State: this.state };
  }

  get details(): object {
    const { id, name, isRunning, exitCode, startedAt, finishedAt, isTerminal, logDriver, labels } = this;
    const state = { Running: isRunning, Paused: false, ExitCode: exitCode, OOMKilled: false, Error: '' };
    return {
      Id: id,
      Name: `/${name}`,
      State: { ...state, StartedAt: startedAt, FinishedAt: finishedAt },
      Config: { Tty: isTerminal, Labels: labels },
      HostConfig: { LogConfig: { Type: logDriver } },
    };
  }

  #tell(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

interface WriteOptions {
  readonly stepMs?: number;
  readonly stream?: 1 | 2;
  readonly end?: string;
}
