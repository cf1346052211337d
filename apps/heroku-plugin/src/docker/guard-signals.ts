/** Signals that reach us alone, and that a child must get from us. */
export const ofSystem: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];
/**
 * Signals of Ctrl-C and Ctrl-\: a terminal sends them to its whole process group, the child has them already and decides. Sending them on would be a
 * second Ctrl-C, which makes compose kill what it was about to stop.
 */
export const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Takes the signals into our hands while something must be ended properly: the CLI's own listeners end the process at once, and docker would go on
 * without anybody waiting for it.
 * @returns what puts the former listeners back.
 */
export function guardSignals(take: (signal: NodeJS.Signals) => void): () => void {
  const undo: (() => void)[] = [];
  for (const signal of [...ofSystem, ...ofTerminal]) {
    const former = process.listeners(signal);
    const handler = (): void => take(signal);
    process.removeAllListeners(signal);
    process.on(signal, handler);
    undo.push(() => {
      process.removeListener(signal, handler);
      for (const listener of former) process.on(signal, listener);
    });
  }
  return () => {
    for (const restore of undo) restore();
  };
}
