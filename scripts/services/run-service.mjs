// Starts, watches and stops one background service by pid. Knows nothing of what it runs.
import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Spawns a service in its own process group and keeps the last of its output for the error message.
 * `detached` keeps Ctrl-C in the terminal from killing it before the apps that need it have stopped.
 */
export function spawnService(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options });
  let tail = '';
  const keep = (chunk) => {
    tail = (tail + chunk).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(String(error)));
  return {
    child,
    tail: () => tail,
    /** Sends `signal` and waits; kills after `graceMs`. Resolves when the process is gone. */
    async stop(signal = 'SIGTERM', graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(killer);
    },
  };
}

/** True once a TCP connection to the port succeeds. */
export function portAnswers(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host, timeout: 500 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}

/** Waits until `probe` is true or the service has died. */
export async function waitUntil(service, probe, name, deadlineMs = 20_000) {
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(50)) {
    if (service.child.exitCode !== null || service.child.signalCode !== null) throw new Error(`${name} ended at start:\n${service.tail()}`);
    if (await probe()) return;
  }
  throw new Error(`${name} does not answer after ${deadlineMs} ms:\n${service.tail()}`);
}

/** A free TCP port on loopback. */
export async function freePort() {
  const { createServer } = await import('node:net');
  return await new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
