import { AppError, type ErrorCode } from '@dockhero/domain/errors';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/**
 * The one place where an error becomes an answer: `{ id, message }`, the shape that Heroku's API uses and its CLI prints.
 * Logged once, here, with the request id; what is not ours is a 500 that tells the caller nothing but that id.
 */
@Catch()
export class AppErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const known = toAppError(error);
    const context = { requestId: request.id, route: request.routeOptions?.url, code: known.code };
    // A refusal is logged without the framework's own message: that of an unknown address quotes the URL, and tokens are part of URLs.
    if (known.status >= 500) this.logger.error({ ...context, error }, 'request failed');
    else this.logger.info({ ...context, detail: known.detail }, 'request refused');
    if (known.code === 'unauthorized') void reply.header('www-authenticate', 'Basic realm="dockhero"');
    if (known.status === 503) void reply.header('retry-after', '30');
    if (known.status === 429 && known.retry === 'later') void reply.header('retry-after', '2');
    // The route may have named another type for its success.
    void reply
      .status(known.status)
      .type('application/json; charset=utf-8')
      .send({ id: known.code, message: known.message, request_id: request.id });
  }
}

/** What HTTP itself refuses, before any code of ours runs. */
const transportErrors: Readonly<Record<number, ErrorCode>> = {
  404: 'address_unknown',
  413: 'request_too_large',
  414: 'address_unknown',
  415: 'media_type_unsupported',
};

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = error instanceof HttpException ? error.getStatus() : ((error as { statusCode?: number }).statusCode ?? 500);
  if (status >= 400 && status < 500) return new AppError(transportErrors[status] ?? 'malformed_request', { status });
  return new AppError('internal', {}, { cause: error });
}
