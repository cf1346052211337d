import { hash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import type { Secret } from '@dockhero/domain/secret';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Heroku's basic auth: the manifest's slug and password. */
export class HerokuCredentials {
  constructor(
    readonly slug: string,
    readonly password: Secret,
  ) {}
}

/** Lets only Heroku in. Both parts are compared in constant time, over digests so that lengths do not tell. */
@Injectable()
export class HerokuBasicGuard implements CanActivate {
  readonly #expected: Buffer;

  constructor({ slug, password }: HerokuCredentials) {
    this.#expected = digest(`${slug}:${password.reveal()}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const [scheme = '', encoded = ''] = authorization.split(' ');
    const given = digest(Buffer.from(encoded, 'base64').toString('utf8'));
    if (scheme.toLowerCase() !== 'basic' || !timingSafeEqual(given, this.#expected)) throw new AppError('unauthorized');
    return true;
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
