import { extract, type Header } from 'tar-stream';
import { drained } from './drained.js';

/** One entry of an archive; its content is read, or passed over, before the next one comes. */
export type TakeEntry = (header: Header, content: AsyncIterable<Uint8Array>) => Promise<void>;

/** Reads a tar archive entry by entry. @throws what `take` or `archive` throws; an error when the archive ends too early. */
export async function readEntries(archive: AsyncIterable<Uint8Array>, take: TakeEntry): Promise<void> {
  const parser = extract();
  const fed = feed(archive, parser);
  // It is awaited below; until then nobody else looks.
  fed.catch((error: unknown) => parser.destroy(error as Error));
  try {
    for await (const entry of parser) {
      await take(entry.header, entry as AsyncIterable<Uint8Array>);
      entry.resume();
    }
  } catch (error) {
    parser.destroy();
    await fed.catch(() => undefined);
    throw error;
  }
  await fed;
}

async function feed(archive: AsyncIterable<Uint8Array>, parser: ReturnType<typeof extract>): Promise<void> {
  for await (const chunk of archive) {
    if (parser.destroying) return;
    if (!parser.write(chunk)) await drained(parser);
  }
  parser.end(null);
}
