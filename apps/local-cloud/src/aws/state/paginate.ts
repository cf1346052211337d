import { Ec2Error, invalidCombination, invalidValue } from '../wire/ec2-error.js';

export interface PageRequest {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

const PAGE_MIN = 5;
const PAGE_MAX = 1000;

/**
 * Cuts one page out of a listing. Tokens name the last resource seen, so that a listing which changes meanwhile skips nothing.
 * @param ids the ids of the request: together with MaxResults they are refused.
 */
export function paginate<T>(
  resources: T[],
  request: PageRequest,
  ids: string[] | undefined,
  idOf: (resource: T) => string,
): { page: T[]; NextToken?: string } {
  const { MaxResults: max, NextToken: token } = request;
  if (max === undefined && token === undefined) return { page: resources };
  if (max !== undefined && (ids ?? []).length > 0) {
    throw invalidCombination('The parameter maxResults cannot be used together with ids in the same request');
  }
  if (max !== undefined && (max < PAGE_MIN || max > PAGE_MAX)) {
    throw invalidValue(`Value ( ${max} ) for parameter maxResults is invalid. Expecting a value between ${PAGE_MIN} and ${PAGE_MAX}.`);
  }
  const start = token === undefined ? 0 : positionAfter(resources.map(idOf), token);
  const page = resources.slice(start, start + (max ?? PAGE_MAX));
  const last = page.at(-1);
  const isMore = start + page.length < resources.length;
  return isMore && last !== undefined ? { page, NextToken: encodeToken(start + page.length, idOf(last)) } : { page };
}

/** A resource that is gone meanwhile leaves its old position as the best guess. */
function positionAfter(ids: string[], token: string): number {
  const [, position, id] = /^(\d+):(.+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (position === undefined || id === undefined) throw new Ec2Error('InvalidNextToken', 'The token is invalid.');
  const found = ids.indexOf(id);
  return found >= 0 ? found + 1 : Math.min(Number(position), ids.length);
}

function encodeToken(position: number, id: string): string {
  return Buffer.from(`${position}:${id}`).toString('base64url');
}
