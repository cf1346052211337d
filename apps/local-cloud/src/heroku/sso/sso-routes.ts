import type { FastifyInstance } from 'fastify';
import { requireAddon, requireApp, userOf } from '../api/caller.js';
import { notFound } from '../api/api-error.js';
import { pathPart } from '../api/parse-input.js';
import type { HerokuContext } from '../context.js';
import { ssoFields } from './sso-fields.js';

/** The SSO payload for programs: the CLI's `addons:open` of Heroku's staff, and plugins that authenticate to us by it. */
export function addSsoJsonRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/addons/:addon/sso', (request) => {
    const user = userOf(request);
    const addon = requireAddon(heroku, user, pathPart(request, 'addon'));
    return {
      method: 'post',
      action: heroku.partner.ssoUrl,
      params: ssoFields(heroku, addon, heroku.store.apps.get(addon.appId), user.email),
    };
  });
  server.get('/apps/:app/addons/:addon/sso', (request) => {
    const user = userOf(request);
    const app = requireApp(heroku, user, pathPart(request, 'app'));
    const named = pathPart(request, 'addon');
    const addon = requireAddon(heroku, user, heroku.store.findAttachment(app.id, named)?.addonId ?? named);
    return { method: 'post', action: heroku.partner.ssoUrl, params: ssoFields(heroku, addon, app, user.email) };
  });
}

/** An add-on's `web_url`: a page that signs the owner in at the partner by posting a form. Whoever opens it is the app's owner. */
export function addSsoPage(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/addons-sso/apps/:app/addons/:addon', async (request, reply) => {
    const app = heroku.store.findApp(pathPart(request, 'app'));
    const addon = heroku.store.findAddon(pathPart(request, 'addon'));
    if (!app || !addon) throw notFound('add_on');
    const extra = Object.fromEntries(
      Object.entries(request.query as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
    );
    const fields = ssoFields(heroku, addon, app, app.ownerEmail, extra);
    return reply.type('text/html; charset=utf-8').send(ssoPage(heroku.partner.ssoUrl, heroku.manifest.name, fields));
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function ssoPage(action: string, serviceName: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `      <input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  return `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Heroku Add-ons SSO</title></head>
  <body>
    <form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
      <noscript><button>Open ${escapeHtml(serviceName)}</button></noscript>
    </form>
    <script>document.forms[0].submit()</script>
  </body>
</html>
`;
}
