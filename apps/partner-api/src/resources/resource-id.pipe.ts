import { AppError, type ErrorCode } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';

const uuid = z.uuid().toLowerCase();

/** Reads Heroku's uuid in a path, in the one spelling we store. An id that is no uuid is one we never gave out: refused with `code`. */
export class ResourceIdPipe implements PipeTransform<string, ResourceId> {
  constructor(private readonly code: ErrorCode) {}

  transform(value: string): ResourceId {
    const { data } = uuid.safeParse(value);
    if (!data) throw new AppError(this.code);
    return data;
  }
}
