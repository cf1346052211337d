import { Batch, type Contributor, type SealedBatch, type Severity } from '../deliver/batch.js';
import { BufferPool } from '../deliver/buffer-pool.js';
import { syslogHeader } from '../deliver/syslog-header.js';
import { timeBytes } from '../follow/log-time.js';
import { dockerTime } from './docker-frames.js';

export const header = syslogHeader('dockhero.web.1');
export const nobody: Contributor<null> = { position: () => null };

/** The arguments of `add` for a line. */
export function line<Position>(
  from: Contributor<Position>,
  text: string | Buffer,
  { at = dockerTime(0), severity = 'info' }: { at?: string; severity?: Severity } = {},
): [Contributor<Position>, Severity, Buffer, Buffer, number, number, number] {
  // As in a decoder's buffer: time and text stand somewhere in the middle.
  const source = Buffer.concat([Buffer.from(`before ${at} `), Buffer.from(text), Buffer.from('\nafter')]);
  const timeAt = 'before '.length;
  return [from, severity, header, source, timeAt, timeAt + timeBytes + 1, source.length - '\nafter'.length];
}

/** Texts as one closed batch. */
export function batchOf(texts: readonly (string | Buffer)[]): SealedBatch<null> {
  const batch = new Batch<null>(new BufferPool(1));
  for (const text of texts) batch.add(...line(nobody, text));
  return batch.seal();
}
