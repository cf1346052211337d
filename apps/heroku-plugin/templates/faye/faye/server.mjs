// Anyone may subscribe; only who knows the token may publish.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, get } from 'node:http';
import process, { argv, env, exit } from 'node:process';

const port = 8080;

// `node server.mjs --check` is the health check: the image has no curl.
if (argv.includes('--check')) {
  get({ port, path: '/health' }, (answer) => exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => exit(1));
} else {
  const token = env.FAYE_PUSH_TOKEN;
  if (!token) throw new Error('FAYE_PUSH_TOKEN is not set');
  const [faye, redis] = await Promise.all(['faye', 'faye-redis'].map(async (name) => (await import(name)).default));

  const digest = (text) => createHash('sha256').update(String(text)).digest();
  const expected = digest(token);
  const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 45, engine: { type: redis, host: env.REDIS_HOST ?? 'redis' } });
  bayeux.addExtension({
    incoming(message, callback) {
      const isPublish = !String(message.channel).startsWith('/meta/');
      if (isPublish && !timingSafeEqual(digest(message.ext?.pushToken ?? ''), expected)) message.error = '403::wrong push token';
      // Never hand the token on to subscribers.
      if (message.ext) delete message.ext.pushToken;
      callback(message);
    },
  });

  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health' ? 200 : 404, { 'content-type': 'text/plain' });
    response.end(request.url === '/health' ? 'ok\n' : 'Faye answers at /faye\n');
  });
  bayeux.attach(server);
  server.listen(port, () => process.stdout.write(`faye listens on ${port}\n`));
  process.on('SIGTERM', () => exit(0));
}
