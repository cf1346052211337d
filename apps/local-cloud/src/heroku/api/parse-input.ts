import type { z } from 'zod';
import { invalidParams } from './api-error.js';

/** @throws ApiError `invalid_params` naming the first field that is wrong. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidParams(`Invalid parameter ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}

/** The text of a path parameter; the route's pattern guarantees it. */
export function pathPart(request: { params: unknown }, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}
