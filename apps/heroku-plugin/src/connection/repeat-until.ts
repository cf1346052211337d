import { setTimeout as sleep } from 'node:timers/promises';
import { PluginError } from '../plugin-error.js';
import { callAddon } from './call-addon.js';
import { UnansweredError } from './explain-refusal.js';
import type { Session } from './session.js';

const firstMs = 500;
const longestMs = 5_000;
/** So many looks in a row may go unanswered. */
const failuresAllowed = 10;

type Judged<R> = { readonly done: R } | { readonly waiting: string };

interface Watched<T, R> {
  readonly path: string;
  readonly patienceMs: number;
  /** What is said when patience ends. */
  readonly late: string;
  /** Its errors end the waiting. */
  readonly judge: (body: T) => Judged<R>;
}

/**
 * Looks at one thing below the capability URL until it is as wanted; says on the terminal what it waits for, each time that changes.
 * @throws PluginError when patience ends, or the API says no.
 */
export async function repeatUntil<T, R>(session: Session, { path, patienceMs, late, judge }: Watched<T, R>): Promise<R> {
  const until = Date.now() + patienceMs;
  let said = '';
  let failures = 0;
  for (let pauseMs = firstMs; Date.now() < until; pauseMs = Math.min(longestMs, pauseMs * 1.5)) {
    const judged = await look(async () => judge(await callAddon<T>(session, 'GET', path)), failures);
    failures = judged ? 0 : failures + 1;
    if (judged && 'done' in judged) return judged.done;
    if (judged && judged.waiting !== said) {
      said = judged.waiting;
      session.terminal.say(`${said}…`);
    }
    await sleep(Math.min(pauseMs, Math.max(1, until - Date.now())));
  }
  throw new PluginError(late);
}

/** Null when nobody answered and another try makes sense. */
async function look<R>(ask: () => Promise<Judged<R>>, failures: number): Promise<Judged<R> | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UnansweredError && failures < failuresAllowed) return null;
    throw error;
  }
}
