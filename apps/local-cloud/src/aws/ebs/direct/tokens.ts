import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;
export const BLOCK_TOKEN_MS = 7 * DAY_MS;
const PAGE_TOKEN_MS = 3_600_000;

const EXPIRY_BYTES = 6;
const SUM_BYTES = 16;

/**
 * Tokens carry what they are for in a checksum, with their end of life: they hold over a restart and cannot be mixed up. Nobody is kept from
 * making one, since the local cloud has nothing to protect.
 */
export function mintBlockToken(snapshotId: string, block: number, expiresAtMs: number): string {
  return seal(Buffer.alloc(0), `block ${snapshotId} ${block}`, expiresAtMs);
}

/** Whether it was given out for this block of this snapshot, less than seven days ago. */
export function isBlockToken(token: string, snapshotId: string, block: number, nowMs: number): boolean {
  return open(token, 0, `block ${snapshotId} ${block}`, nowMs) !== null;
}

/** Where a listing goes on. */
export interface Position {
  block: number;
  /** Whether the page before it is an empty one. */
  afterPause: boolean;
}

const POSITION_BYTES = 5;

/** @param listing what is listed: a token is good for no other listing. */
export function mintPageToken(listing: string, { block, afterPause }: Position, nowMs: number): string {
  const content = Buffer.alloc(POSITION_BYTES);
  content.writeUInt32BE(block);
  content.writeUInt8(afterPause ? 1 : 0, 4);
  return seal(content, `page ${listing}`, nowMs + PAGE_TOKEN_MS);
}

/** Null for a token of another listing, or of more than an hour ago. */
export function readPageToken(token: string, listing: string, nowMs: number): Position | null {
  const content = open(token, POSITION_BYTES, `page ${listing}`, nowMs);
  return content && { block: content.readUInt32BE(), afterPause: content.readUInt8(4) === 1 };
}

function seal(content: Buffer, purpose: string, expiresAtMs: number): string {
  const head = Buffer.alloc(EXPIRY_BYTES);
  head.writeUIntBE(expiresAtMs, 0, EXPIRY_BYTES);
  return Buffer.concat([head, content, sumOf(head, content, purpose)]).toString('base64');
}

function open(token: string, contentBytes: number, purpose: string, nowMs: number): Buffer | null {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.length !== EXPIRY_BYTES + contentBytes + SUM_BYTES || bytes.toString('base64') !== token) return null;
  const head = bytes.subarray(0, EXPIRY_BYTES);
  const content = bytes.subarray(EXPIRY_BYTES, EXPIRY_BYTES + contentBytes);
  if (!bytes.subarray(EXPIRY_BYTES + contentBytes).equals(sumOf(head, content, purpose))) return null;
  return head.readUIntBE(0, EXPIRY_BYTES) > nowMs ? content : null;
}

function sumOf(head: Buffer, content: Buffer, purpose: string): Buffer {
  return createHash('sha256').update(purpose).update(head).update(content).digest().subarray(0, SUM_BYTES);
}
