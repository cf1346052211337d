import type { BlockDevice } from '../file-systems/block-device.js';
import { lengthOf, type Piece, without } from './piece.js';

const chunkBytes = 512 * 1_024;
/** What may be under way or wait to be taken: in memory, and in number. */
const aheadBytes = 32 * chunkBytes;
const aheadChunks = 8_192;
const zeros = Buffer.alloc(chunkBytes);

/** A part of the archive that is on its way. */
interface Coming {
  /** Memory that it holds, in bytes: of content a whole block of the device, unless the part before is of the same. */
  readonly held: number;
  readonly bytes: Promise<Buffer>;
}

/**
 * The bytes of pieces, from `from` on; what lies before is not read. Content is read ahead, over the ends of files too.
 * @throws what `pieces` and the device throw, after all that came before.
 */
export async function* readPieces(device: BlockDevice, pieces: AsyncIterable<Piece>, from: number): AsyncGenerator<Buffer> {
  const ahead: Coming[] = [];
  let held = 0;
  for await (const coming of startReading(device, chunksFrom(pieces, from))) {
    // It is awaited in its turn.
    coming.bytes.catch(() => undefined);
    ahead.push(coming);
    held += coming.held;
    while (held > aheadBytes || ahead.length > aheadChunks) {
      const first = ahead.shift();
      if (!first) break;
      held -= first.held;
      yield await first.bytes;
    }
  }
  for (const { bytes } of ahead) yield await bytes;
}

/** A failure comes in its place, too. */
async function* startReading(device: BlockDevice, chunks: AsyncIterable<Piece>): AsyncGenerator<Coming> {
  let last = -1;
  try {
    for await (const chunk of chunks) {
      if (chunk.kind !== 'stored') {
        yield { held: lengthOf(chunk), bytes: Promise.resolve(known(chunk)) };
        continue;
      }
      const block = Math.floor(chunk.position / chunkBytes);
      yield { held: block === last ? 0 : chunkBytes, bytes: device.read(chunk.position, chunk.length) };
      last = block;
    }
  } catch (error) {
    yield { held: 0, bytes: Promise.reject(error) };
  }
}

function known(piece: Exclude<Piece, { kind: 'stored' }>): Buffer {
  return piece.kind === 'bytes' ? piece.bytes : zeros.subarray(0, piece.length);
}

/** Pieces of bounded length that lie within one block of the device each, as a rule. */
async function* chunksFrom(pieces: AsyncIterable<Piece>, from: number): AsyncGenerator<Piece> {
  let passed = 0;
  for await (const whole of pieces) {
    const length = lengthOf(whole);
    const skipped = Math.min(length, Math.max(0, from - passed));
    passed += length;
    if (whole.kind === 'bytes') {
      if (skipped < length) yield without(whole, skipped);
      continue;
    }
    for (let at = skipped; at < length;) {
      const start = whole.kind === 'stored' ? whole.position + at : 0;
      const chunk = Math.min(length - at, chunkBytes - (start % chunkBytes));
      yield whole.kind === 'stored' ? { kind: 'stored', position: start, length: chunk } : { kind: 'zeros', length: chunk };
      at += chunk;
    }
  }
}
