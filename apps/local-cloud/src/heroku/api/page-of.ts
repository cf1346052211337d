import type { FastifyReply, FastifyRequest } from 'fastify';

const pageMax = 1_000;
const pageDefault = 200;

interface Range {
  readonly after: string | null;
  readonly max: number;
  readonly descending: boolean;
}

/** Reads `version ]3..; max=10, order=desc`: what comes after 3. */
function parseRange(header: string | undefined, property: string): Range {
  const text = header ?? '';
  const after = new RegExp(String.raw`${property}\s+\]?([^.;\s]+)`).exec(text)?.[1] ?? null;
  const max = Number(/max=(\d+)/.exec(text)?.[1] ?? pageDefault);
  return { after, max: Math.min(Math.max(max, 1), pageMax), descending: /order=desc/.test(text) };
}

/**
 * Finds the page of a list that the request's `Range` asks for; 206 and `Next-Range` when there are more.
 * @param ascending ordered by `keyOf`, which is what `property` says. @see Heroku Platform API reference, "Ranges"
 */
export function pageOf<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  ascending: readonly T[],
  property: string,
  keyOf: (one: T) => string,
): T[] {
  const { after, max, descending } = parseRange(request.headers.range, property);
  const ordered = descending ? ascending.toReversed() : ascending;
  const rest = ordered.slice(after === null ? 0 : ordered.findIndex((one) => keyOf(one) === after) + 1);
  const page = rest.slice(0, max);
  reply.header('accept-ranges', property === 'id' ? 'id' : `id, ${property}`);
  const last = page.at(-1);
  if (last !== undefined && page.length < rest.length) {
    reply.code(206).header('next-range', `${property} ]${keyOf(last)}..; max=${String(max)}, order=${descending ? 'desc' : 'asc'}`);
  }
  return page;
}
