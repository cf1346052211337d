import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsRequest {
  /** EC2's `Action`; empty for EBS direct. */
  readonly action: string;
  /** EC2's parameters, or EBS direct's query. */
  readonly params: ReadonlyMap<string, string>;
  readonly path: string;
  /** As it came, and the request's headers: what a signature is of. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface AwsAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The connection stays open after these bytes, as if more were to come. */
  readonly stalls?: boolean;
  /** No answer: the connection ends. */
  readonly cut?: boolean;
}

/** Answers the real SDK over real HTTP as a test says, and keeps what was asked. */
export class ScriptedAws {
  readonly requests: AwsRequest[] = [];
  answer: (request: AwsRequest) => AwsAnswer = ({ action, path }) => ec2Error(`Unexpected-${action}-${path}`);
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<ScriptedAws> {
    const aws = new ScriptedAws();
    await new Promise<void>((resolve) => aws.#server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was asked of one action, in order. */
  asked(action: string): ReadonlyMap<string, string>[] {
    return this.requests.filter((request) => request.action === action).map(({ params }) => params);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, search } = new URL(request.url ?? '/', this.endpoint);
    const form = request.method === 'POST' ? Buffer.concat(chunks).toString() : search;
    const params = new Map(new URLSearchParams(form));
    const { url = '/', headers: sent } = request;
    const asked = { action: params.get('Action') ?? '', params, path: pathname, url, headers: sent };
    this.requests.push(asked);
    const { status = 200, headers = {}, body, stalls = false, cut = false } = this.answer(asked);
    if (cut) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, headers);
    if (stalls) response.write(body);
    else response.end(body);
  }
}

export function ec2Error(code: string, message = 'no reason given', status = 400): AwsAnswer {
  return {
    status,
    body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  };
}

/** `<name>` of each entry; entries that are arrays become lists of `<item>`. */
export function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<item>${xml(item)}</item>`).join('');
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
    .join('');
}

export function ec2Answer(action: string, fields: object): AwsAnswer {
  return {
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${xml(fields)}</${action}Response>`,
  };
}
