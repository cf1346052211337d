import { fork } from 'node:child_process';
import type { Server } from 'node:net';
import path from 'node:path';
import type { Fabric } from './fabric.js';

const HELPER = path.join(import.meta.dirname, '../../machine/listen-in-netns.mjs');
const TIMEOUT_MS = 10_000;

/**
 * Opens a listening TCP socket inside the fabric and hands it to this process. A socket belongs for ever to the network namespace in
 * which it was made, so a short-lived helper makes it there and passes it over its message channel: no proxy, nothing to supervise, and
 * the socket dies with this process.
 */
export function listenInFabric(fabric: Fabric, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const helper = fork(HELPER, [host, String(port)], {
      execPath: 'nsenter',
      execArgv: [`--net=${fabric.netnsFile}`, '--', process.execPath],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    helper.once('message', (_message, handle) => {
      resolve(handle as Server);
      helper.send('taken');
    });
    helper.once('error', reject);
    helper.once('exit', (code, signal) => reject(new Error(`no socket on ${host}:${port} in ${fabric.netns}: ${code ?? signal}`)));
  });
}
