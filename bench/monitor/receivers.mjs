// Where notifications arrive, a process of its own: a real SMTP server for our mails, an HTTP server for Alertmanager's webhooks. Keeps when each
// came in whole.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { answerParent } from '../log-drain/helper.mjs';

// The benchmark is no package of the workspace: it takes the server that the monitor's tests run on.
const ofTheMonitor = createRequire(new URL('../../apps/monitor/package.json', import.meta.url));
const { SMTPServer } = ofTheMonitor('smtp-server');

/** Who or what it is about, and when it was received. */
const mails = [];
const posts = [];

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onData(stream, { envelope }, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      const at = Date.now();
      const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(Buffer.concat(chunks).toString('utf8'))?.[1] ?? '';
      for (const { address } of envelope.rcptTo) mails.push({ to: address, at, subject });
      done();
    });
  },
});
smtp.on('error', () => {});
smtp.listen(0, '127.0.0.1');
await once(smtp.server, 'listening');

const http = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const at = Date.now();
    const { alerts } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    for (const { status, labels } of alerts) posts.push({ peer: request.url.slice(1), instance: labels.instance, status, at });
    response.end();
  });
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');

answerParent({ smtpPort: smtp.server.address().port, httpPort: http.address().port }, { received: () => ({ mails, posts }) });
