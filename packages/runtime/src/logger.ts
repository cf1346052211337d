import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

/** JSON lines on stdout, written before the call returns: a process that a signal ends loses none. `Secret` values print as `[redacted]` by themselves; headers that carry credentials are removed here. */
export function createLogger(
  app: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  const options = {
    level,
    base: { app },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['headers.authorization', 'req.headers.authorization', '*.headers.authorization'], censor: '[redacted]' },
    serializers: { error: serializeError },
  };
  return pino(options, destination);
}

/** Message, code, detail and the chain of causes, without the request and response objects that SDK errors drag along. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, detail } = error as Error & { code?: unknown; detail?: unknown };
  return {
    type: error.name,
    message: error.message,
    code,
    detail,
    stack: depth === 0 ? error.stack : undefined,
    cause: error.cause && depth < 4 ? serializeError(error.cause, depth + 1) : undefined,
  };
}

/** Nest's own messages through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
}
