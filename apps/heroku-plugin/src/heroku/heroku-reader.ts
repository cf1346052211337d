import type { IncomingMessage } from 'node:http';
import type { APIClient } from '@heroku-cli/command';

/** One GET of Heroku's API. Only relative paths: the user's token goes to Heroku and nowhere else. */
export interface HerokuRead {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer must not be printed, whatever HEROKU_DEBUG says. */
  readonly isSecret?: boolean;
}

/** Gives the parsed answer. */
export type HerokuReader = (read: HerokuRead) => Promise<unknown>;

/** Reads as every command of the CLI does: with its retries, and a login when there is none. */
export function cliReader(heroku: APIClient): HerokuReader {
  return async ({ path, headers = {}, isSecret = false }) => {
    if (!isSecret) return (await heroku.get(path, { headers })).body;
    // The bare stream: what the client parses itself it also prints.
    const { response } = await heroku.get(path, { headers, raw: true });
    return JSON.parse(await textOf(response)) as unknown;
  };
}

async function textOf(response: IncomingMessage | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  if (response) for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
