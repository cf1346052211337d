import { invalid } from './ebs-error.js';
import { mintPageToken, readPageToken } from './tokens.js';

export interface PageRequest {
  NextToken?: string | undefined;
  MaxResults: number;
  StartingBlockIndex: number;
}

/**
 * Cuts one page out of a listing. After the first page of several comes an empty one, with a token: AWS sends such pages at its pleasure, and
 * a client that takes them for the end would lose blocks.
 * @param blocks in ascending order.
 * @param listing what is listed, for the token.
 * @throws EbsError `INVALID_PAGE_TOKEN`.
 */
export function cutPage(
  blocks: number[],
  { NextToken: token, MaxResults: max, StartingBlockIndex }: PageRequest,
  listing: string,
  nowMs: number,
): { page: number[]; NextToken?: string } {
  const position = token === undefined ? null : readPageToken(token, listing, nowMs);
  if (token !== undefined && !position) throw invalid('INVALID_PAGE_TOKEN', 'The page token is invalid or has expired.');
  if (position && !position.afterPause) {
    return { page: [], NextToken: mintPageToken(listing, { block: position.block, afterPause: true }, nowMs) };
  }
  const start = firstFrom(blocks, position?.block ?? StartingBlockIndex);
  const page = blocks.slice(start, start + max);
  const next = blocks[start + max];
  if (next === undefined) return { page };
  return { page, NextToken: mintPageToken(listing, { block: next, afterPause: position !== null }, nowMs) };
}

/** The place of the first block that is not before `block`. */
function firstFrom(blocks: number[], block: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle] ?? 0) < block) low = middle + 1;
    else high = middle;
  }
  return low;
}
