/** A sentence for the terminal of whoever asked Docker. */
export class DriverError extends Error {}

/**
 * We do not know, and Docker must not take that for "no such volume": it would make an empty local volume of that name. The connection
 * is cut, which Docker counts as a network error.
 */
export class CannotTell extends Error {}
