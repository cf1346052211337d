// One `npm start` per checkout.
import { join } from 'node:path';
import { removePidFile, runningByPidFile, writePidFile } from './pid-files.mjs';

const folder = (state) => join(state, 'lock');

/** @throws Error with code `ALREADY_RUNNING` that names the other's pid. */
export function assertNotRunning(state) {
  const [other] = runningByPidFile(folder(state));
  if (other)
    throw Object.assign(
      new Error(`npm start runs already in this checkout (pid ${other.pid}). Stop it with Ctrl-C, or: kill ${other.pid}`),
      { code: 'ALREADY_RUNNING' },
    );
  writePidFile(folder(state), 'start', process.pid);
}

export function releaseLock(state) {
  removePidFile(folder(state), 'start');
}
