import { createHash, timingSafeEqual } from 'node:crypto';
import { HostIdentityStore } from '@dockhero/database/host-identity-store';
import { AppError } from '@dockhero/domain/errors';
import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AgentListener, hostIdOf } from './agent-listener.js';

/** The host that asks, proven by its certificate. */
export interface CallingHost {
  readonly id: string;
  readonly resourceId: string;
  /** When this machine got its certificate: a host that was replaced is another machine. */
  readonly enrolledAt: Date;
}

/** By request: what the guard has found. */
const callers = new WeakMap<object, CallingHost>();

/**
 * Lets in the machine that is a host at present, and nobody else. That its authority has signed the caller's certificate is not enough: customers
 * have certificates of the same authority, and so has the machine that this one has replaced.
 */
@Injectable()
export class HostCertificateGuard implements CanActivate {
  constructor(
    private readonly listener: AgentListener,
    private readonly hosts: HostIdentityStore,
  ) {}

  /** @throws AppError `address_unknown` on any other listener, `host_certificate`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const connection = this.listener.connectionOf(request.raw);
    if (!connection) throw new AppError('address_unknown');
    const certificate = connection.getPeerX509Certificate();
    const name = typeof connection.servername === 'string' ? connection.servername : '';
    const hostId = hostIdOf(name);
    if (!certificate || hostId === null || certificate.subject !== `CN=${hostId}`) throw new AppError('host_certificate', { name });
    const host = await this.hosts.find(hostId);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    if (!host?.enrolledAt || !isHashOf(spki, host.publicKeyHash)) throw new AppError('host_certificate', { hostId });
    callers.set(request.raw, { id: hostId, resourceId: host.resourceId, enrolledAt: host.enrolledAt });
    return true;
  }
}

/** The host that `HostCertificateGuard` has let in. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CallingHost => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>().raw);
  if (!caller) throw new AppError('host_certificate', { reason: 'no guard' });
  return caller;
});

function isHashOf(spki: Buffer, hash: string | null): boolean {
  const [found, expected] = [createHash('sha256').update(spki).digest(), Buffer.from(hash ?? '', 'hex')];
  return found.length === expected.length && timingSafeEqual(found, expected);
}
