import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { DirectCloud } from './direct-cloud.js';
import { invalid, type Invalid } from './ebs-error.js';

export interface DirectRequest {
  params: Record<string, string | undefined>;
  query: Record<string, string | undefined>;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface DirectAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is. */
  body: object | Buffer;
  /** Called when the answer is with the kernel. */
  onSent?: () => void;
}

/** One operation of the EBS direct API. */
export interface Operation<Schema extends z.ZodType = z.ZodType> {
  /** By which faults, throttles and the journal know it. */
  name: string;
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  /** Collects the input from path, query, headers and body, under the names that the SDK has for it. */
  collect(request: DirectRequest): Record<string, unknown>;
  input: Schema;
  run(input: z.output<Schema>, cloud: DirectCloud, body: Buffer): Promise<DirectAnswer>;
}

/** Lets the compiler find the type of an operation's input. */
export function operation<Schema extends z.ZodType>(definition: Operation<Schema>): Operation {
  return definition;
}

const INDEX_MAX = 2 ** 31 - 1;

export const snapshotId = z.string().regex(/^snap-[0-9a-f]{1,59}$/);
export const blockIndex = z.coerce.number().int().min(0).max(INDEX_MAX);
/** Of the two operations that list blocks. */
export const pageRequest = {
  NextToken: z.string().max(256).optional(),
  MaxResults: z.coerce.number().int().min(100).max(10_000).default(10_000),
  StartingBlockIndex: blockIndex.default(0),
};

const REASONS: Record<string, Invalid> = {
  SnapshotId: 'INVALID_SNAPSHOT_ID',
  FirstSnapshotId: 'INVALID_SNAPSHOT_ID',
  SecondSnapshotId: 'INVALID_SNAPSHOT_ID',
  ParentSnapshotId: 'INVALID_SNAPSHOT_ID',
  BlockToken: 'INVALID_BLOCK_TOKEN',
  NextToken: 'INVALID_PAGE_TOKEN',
  Tags: 'INVALID_TAG',
  VolumeSize: 'INVALID_VOLUME_SIZE',
};

/** @throws EbsError `ValidationException` that names the first parameter which does not fit. */
export function readInput<Schema extends z.ZodType>(schema: Schema, raw: Record<string, unknown>): z.output<Schema> {
  const { success, data, error } = schema.safeParse(raw);
  if (success) return data;
  const issue = error.issues[0];
  const name = String(issue?.path[0] ?? 'the request');
  throw invalid(REASONS[name] ?? 'INVALID_PARAMETER_VALUE', `${name}: ${issue?.message ?? 'invalid'}`);
}
