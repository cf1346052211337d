import { fileURLToPath } from 'node:url';
import { Agent } from './agent.js';
import { readEnv } from './env.js';
import { logToStdout, reasonOf } from './log.js';
import { readRelease } from './serve/release.js';

const bundle = fileURLToPath(import.meta.url);
const release = readRelease(bundle);
const exit = (): void => void stop(0);
let isStopping = false;
let agent: Agent | null = null;

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await agent?.stop();
  process.exit(code);
}

/** Whether this bundle works on this host: asked before it takes the place of another. */
async function selfTest(): Promise<void> {
  const text = await new Agent({ env: readEnv(), release, bundle, exit, log: logToStdout }).collect();
  if (!text.includes('\nnode_memory_MemTotal_bytes ')) throw new Error('the memory of this host cannot be read');
  logToStdout(`dockhero host agent ${release.version} ${release.sha256}`);
  process.exit(0);
}

async function run(): Promise<void> {
  agent = new Agent({ env: readEnv(), release, bundle, exit, log: logToStdout });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, exit);
  const port = await agent.start();
  logToStdout(`host agent ${release.version} listens on port ${port}`);
}

try {
  await (process.argv.includes('--self-test') ? selfTest() : run());
} catch (error) {
  logToStdout(`the host agent cannot start: ${reasonOf(error)}`);
  process.exit(1);
}
