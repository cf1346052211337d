import { Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { unsubscribedPage, unsubscribePage } from './unsubscribe-page.js';
import { Unsubscribe } from './unsubscribe.js';

/**
 * Where the links of mails lead. One POST is enough (RFC 8058), from a mail program or from the page; a GET changes nothing, as programs that check mails for
 * viruses follow every link.
 */
@Controller('unsubscribe')
export class UnsubscribeController {
  constructor(private readonly unsubscribe: Unsubscribe) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('content-type', 'text/html; charset=utf-8')
  ask(@Query('token') token: unknown): string {
    return unsubscribePage(this.unsubscribe.read(String(token)).email);
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('content-type', 'text/html; charset=utf-8')
  async end(@Query('token') token: unknown): Promise<string> {
    return unsubscribedPage((await this.unsubscribe.run(String(token))).email);
  }
}
