import {
  certificateRequest,
  type CertificateList,
  type CertificateRequest,
  type CertificateRotation,
  type IssuedCertificate,
  type RevokedCertificate,
} from '@dockhero/contracts/client-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { IssueCertificate } from './issue-certificate.js';
import { ListCertificates } from './list-certificates.js';
import { RevokeCertificate } from './revoke-certificate.js';
import { RotateCertificates } from './rotate-certificates.js';

/** Client certificates below `DOCKHERO_CONFIG_URL`: made for persons, listed, revoked. The token in the URL is the credential. */
@Controller('c/:token/certificates')
export class CertificatesController {
  constructor(
    private readonly issue: IssueCertificate,
    private readonly list: ListCertificates,
    private readonly revoke: RevokeCertificate,
    private readonly rotate: RotateCertificates,
  ) {}

  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async create(
    @Param('token') token: string,
    @Body(new ZodPipe(certificateRequest)) request: CertificateRequest,
  ): Promise<IssuedCertificate> {
    return await this.issue.run(token, request);
  }

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string): Promise<CertificateList> {
    return await this.list.run(token);
  }

  @Post('rotation')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async rotateAll(@Param('token') token: string): Promise<CertificateRotation> {
    return await this.rotate.run(token);
  }

  @Delete(':serial')
  @Header('cache-control', 'no-store')
  async remove(@Param('token') token: string, @Param('serial') serial: string): Promise<RevokedCertificate> {
    return await this.revoke.run(token, serial);
  }
}
