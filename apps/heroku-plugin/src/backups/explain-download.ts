import { explainRefusal } from '../connection/explain-refusal.js';
import type { Session } from '../connection/session.js';
import { explainLocalWrite } from '../messages/explain-local-write.js';
import { PluginError } from '../plugin-error.js';
import { DamagedBlock } from './with-retries.js';

interface EndedDownload {
  readonly file: string;
  /** Whether the next call goes on where this one ended. */
  readonly isKept: boolean;
}

/** Turns what ended a download into what to do. @throws always. */
export function explainDownload(session: Session, error: unknown, { file, isKept }: EndedDownload): never {
  const goOn = isKept ? 'Run the command again to go on where it ended.' : 'Run the command again.';
  if (error instanceof DamagedBlock) throw new PluginError(`${error.message} ${goOn}`);
  return explainRefusal(session)(explainLocalWrite(error, file, goOn));
}
