// Processes of the benchmark's own, asked and answered by messages.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts `name`.mjs. Resolves once it is ready. @param beside which module it lies. */
export async function startHelper(name, beside = import.meta.url) {
  const child = fork(fileURLToPath(new URL(`./${name}.mjs`, beside)), { serialization: 'advanced' });
  const waiting = new Map();
  let hasEnded = false;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.once('exit', (code) => {
    hasEnded = true;
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code}`));
  });
  child.on('error', () => {}); // a message that came too late: its promise is rejected
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(`${name}: ${error}`));
    else resolve(result);
  });
  const answered = (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ready = await answered('ready');
  let asked = 0;
  return {
    ...ready,
    pid: child.pid,
    async ask(what, values) {
      const id = `${(asked += 1)}`;
      if (hasEnded) throw new Error(`${name} has ended`);
      const answer = answered(id);
      child.send({ id, what, values }, (error) => error && waiting.get(id)?.reject(error));
      return await answer;
    },
    async stop() {
      if (hasEnded) return;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** In the helper: says that it is ready, and what it answers. */
export function answerParent(ready, answers) {
  process.on('disconnect', () => process.exit());
  const answer = async ({ id, what, values }) => {
    try {
      process.send({ id, result: await answers[what](values) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  };
  process.on('message', (message) => void answer(message));
  process.send({ id: 'ready', result: ready });
}
