import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DockerApi } from './docker-api.js';

it('takes what a command printed before its time was over for no end of it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'docker-api-'));
  // As Docker answers to the start of an exec with a terminal: until the connection ends.
  const docker = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/vnd.docker.raw-stream\r\n\r\nstill at it');
  });
  await new Promise<void>((resolve) => void docker.listen(path.join(folder, 'docker.sock'), resolve));
  try {
    const api = new DockerApi(path.join(folder, 'docker.sock'));
    await expect(api.text('POST', '/exec/1/start', 200, {})).rejects.toMatchObject({ name: 'TimeoutError' });
  } finally {
    docker.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
