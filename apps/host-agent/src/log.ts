/** One line per event; systemd's journal adds time and unit. A line break in a message would forge another event. */
export type Log = (message: string) => void;

export const logToStdout: Log = (message) => void process.stdout.write(`${message.replaceAll(/[\r\n]+/g, ' ')}\n`);

/** What to say of something thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
