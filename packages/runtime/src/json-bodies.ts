import type { FastifyInstance } from 'fastify';

/**
 * Reads JSON bodies, and nothing else: any other content type is a 415 until somebody asks for it. Vendor types
 * (`application/vnd.heroku-addons+json`) are JSON. An empty body is no body: HTTP clients send `Content-Type` with a DELETE too.
 */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  for (const type of ['application/json', /^application\/[^;\s]+\+json(?:;|$)/]) {
    server.addContentTypeParser(type, { parseAs: 'string' }, (request, body, done) => {
      if (body.length === 0) done(null, undefined);
      else void parse(request, body.toString(), done);
    });
  }
}
