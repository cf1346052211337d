import { hasCode } from '@dockhero/domain/errors';

/** Whether Docker says that a container is gone. 404: removed meanwhile, which the next look finds. 409: being removed. */
export function isRemoved(error: unknown): boolean {
  if (!hasCode(error, 'docker_rejected')) return false;
  const { statusCode } = (error.detail ?? {}) as { statusCode?: number };
  return statusCode === 404 || statusCode === 409;
}
