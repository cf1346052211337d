import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import type { VolumeEnv } from './volume-env.js';

/** First of those that systemd passes. */
const passedDescriptor = 3;

/**
 * Listens where Docker looks for plugins: on the socket that systemd has opened before dockerd started, or, at a host's first boot, on one
 * of our own. @throws Error when another agent listens there.
 */
export async function listenForDocker(server: Server, { socket, isSocketPassed }: VolumeEnv): Promise<void> {
  if (isSocketPassed) {
    server.listen({ fd: passedDescriptor });
    await once(server, 'listening');
    return;
  }
  mkdirSync(path.dirname(socket), { recursive: true });
  if (await isAnswered(socket)) throw new Error(`another process answers on ${socket}`);
  rmSync(socket, { force: true }); // of an agent that did not end by itself
  server.listen(socket);
  await once(server, 'listening');
  chmodSync(socket, 0o660);
}

function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('close', () => resolve(false)).once('connect', () => connection.destroy());
  });
}
