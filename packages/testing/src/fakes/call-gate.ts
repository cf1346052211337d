import { AppError, type ErrorCode } from '@dockhero/domain/errors';

/** Around a call: before it has any effect, or after its effect and before its answer. */
export type Moment = 'before' | 'after';

/**
 * Where a test makes outside calls go wrong. Every call of every fake goes through a gate, which keeps the call's name and may refuse it
 * (no effect), lose its answer (effect, then an error), hold it, or end the caller (the hook throws).
 */
export class CallGate {
  /** Names of all calls, in order, such as `instances.launch`. */
  readonly calls: string[] = [];
  /** Asked at every moment of every call; throws what the caller shall see. */
  hook: (call: string, moment: Moment) => void = () => {};
  readonly #refusals = new Map<string, { times: number; code: ErrorCode }>();
  readonly #losses = new Map<string, { times: number; code: ErrorCode }>();
  readonly #holds = new Map<string, Promise<void>>();

  /** The next `times` calls named `call` have no effect and fail. */
  refuse(call: string, code: ErrorCode, times = 1): void {
    this.#refusals.set(call, { times, code });
  }

  /** The next `times` calls named `call` have their effect, and their answer is lost. */
  loseAnswer(call: string, code: ErrorCode = 'aws_unavailable', times = 1): void {
    this.#losses.set(call, { times, code });
  }

  /** The next call named `call` stands still before its effect, until the returned function is called. */
  hold(call: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holds.set(call, promise);
    return resolve;
  }

  count(call: string): number {
    return this.calls.filter((name) => name === call).length;
  }

  /** Makes one call. */
  async pass<T>(call: string, effect: () => T): Promise<T> {
    this.calls.push(call);
    this.hook(call, 'before');
    const held = this.#holds.get(call);
    this.#holds.delete(call);
    await held;
    const refused = take(this.#refusals, call);
    if (refused) throw new AppError(refused, { call, injected: 'refused' });
    const answer = effect();
    const lost = take(this.#losses, call);
    if (lost) throw new AppError(lost, { call, injected: 'answer lost' });
    this.hook(call, 'after');
    return answer;
  }
}

function take(faults: Map<string, { times: number; code: ErrorCode }>, call: string): ErrorCode | null {
  const fault = faults.get(call);
  if (!fault || fault.times === 0) return null;
  fault.times -= 1;
  return fault.code;
}
