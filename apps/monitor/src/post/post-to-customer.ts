import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Secret } from '@dockhero/domain/secret';
import { isPublicAddress } from './public-address.js';
import { settle, type Answer } from './settle-request.js';

/** Connection and answer together, in milliseconds. */
const postMs = 10_000;
const ports = new Set(['', '443', '8443']);

/** A URL that we do not call, with words for its owner: they do not contain it. */
export class AddressRefused extends Error {}

/**
 * Posts to URLs that customers have set. They may not lead to our own machines: HTTPS to public addresses only, at HTTPS' ports, and the
 * connection goes to the very address that was checked. Redirects are not followed.
 */
export class CustomerPost {
  /** @param privateAllowed true for local development and tests: any address, port and HTTP too. */
  constructor(private readonly privateAllowed: boolean) {}

  /** @throws AddressRefused for a URL that is not called; Error when there is no answer within ten seconds. */
  async post(secretUrl: Secret, body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const url = this.#check(secretUrl);
    const options: RequestOptions = {
      method: 'POST',
      agent: false,
      lookup: this.#lookup,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'dockhero-monitor',
        ...headers,
      },
    };
    const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    const answered = settle(request, postMs);
    request.end(body);
    return await answered;
  }

  #check(secretUrl: Secret): URL {
    const url = URL.parse(secretUrl.reveal());
    if (!url || !['http:', 'https:'].includes(url.protocol)) throw new AddressRefused('the URL is none of HTTPS');
    if (url.username !== '' || url.password !== '') throw new AddressRefused('the URL has a user name or password in it');
    if (this.privateAllowed) return url;
    if (url.protocol !== 'https:') throw new AddressRefused('the URL is none of HTTPS');
    if (!ports.has(url.port)) throw new AddressRefused('the URL has another port than 443 or 8443');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // A host that is an address is not looked up.
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new AddressRefused('the URL leads to an address that is not public');
    return url;
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, '');
      const refused = !this.privateAllowed && found.some(({ address }) => !isPublicAddress(address));
      const [first] = found;
      if (refused || !first) return callback(new AddressRefused('the URL leads to an address that is not public'), '');
      if (options.all) return callback(null, found);
      return callback(null, first.address, first.family);
    });
  };
}
