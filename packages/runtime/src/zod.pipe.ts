import { AppError } from '@dockhero/domain/errors';
import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';

/** Checks a request's body or parameter against a schema. @throws AppError `invalid_request` that names the fields, not their values. */
export class ZodPipe<T> implements PipeTransform<unknown, T> {
  constructor(private readonly schema: z.ZodType<T>) {}

  transform(value: unknown): T {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'body'))].join(', ');
    throw new AppError('invalid_request', { fields }, { message: `The request is not valid: check ${fields}.` });
  }
}
