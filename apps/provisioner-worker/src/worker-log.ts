import type { Logger } from 'pino';

/** The process' logger, in a form that Nest can inject. */
export class WorkerLog {
  constructor(readonly logger: Logger) {}
}
