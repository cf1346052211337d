import { ApiRefusal, ApiUnreachable } from '../../connection/call-api.js';
import { UnpublishedError } from '../../heroku/choose-addon.js';
import { PluginError } from '../../plugin-error.js';
import type { Check } from '../check.js';
import { addonName, appFlag, type Facts, ownFlags } from '../facts.js';
import { error, type Finding, ok, warning } from '../finding.js';

/** Is there an add-on, does our API know it, and does it run? */
export const addon: Check = {
  name: 'the add-on',
  async run(facts) {
    if (!facts.session)
      return [
        warning(
          'no-app',
          'No app is known here, so only this machine and this folder were looked at.',
          'Name it: heroku dh:doctor --app NAME',
        ),
      ];
    try {
      const status = await facts.status();
      return status ? judge(status.body, facts, await addonName(facts)) : [];
    } catch (failure) {
      return [explain(failure, facts)];
    }
  },
};

function judge(
  status: { status: string; step: string | null; waiting_for: string | null; reason: string | null },
  facts: Facts,
  name: string,
): Finding[] {
  const [app, flags] = [appFlag(facts), ownFlags(facts)];
  if (status.status === 'running') return [ok('addon', `The add-on of ${facts.session?.source.appName ?? ''} runs`)];
  if (status.status === 'creating') {
    const where = [status.step, status.waiting_for && `waiting for ${status.waiting_for}`].filter(Boolean).join(': ');
    return [
      warning('addon-creating', `The add-on is still being created${where ? ` (${where})` : ''}.`, `Wait for it: heroku dh:wait${flags}`),
    ];
  }
  const reason = status.reason ? ` ${status.reason}` : '';
  return [
    error(
      'addon-failed',
      `The add-on could not be created.${reason}`,
      `Look at what happened: heroku dh:status${flags}`,
      `Then remove it and install it once again: heroku addons:destroy ${name}${app} && heroku addons:create dockhero --as ${name}${app}`,
    ),
  ];
}

function explain(failure: unknown, facts: Facts): Finding {
  const app = appFlag(facts);
  if (failure instanceof ApiUnreachable) {
    return error(
      'api-unreachable',
      failure.message,
      'Commands go on working until the certificate on this machine expires, at most 12 hours.',
    );
  }
  if (failure instanceof ApiRefusal && failure.isUnknownUrl) {
    return error(
      'config-url-invalid',
      'DOCKHERO_CONFIG_URL is no longer valid: it was rotated, or the add-on was removed.',
      `Look at the add-on: heroku addons${app}`,
    );
  }
  if (failure instanceof ApiRefusal)
    return error('api-refused', failure.message, `Try again in a minute: heroku dh:status${ownFlags(facts)}`);
  if (failure instanceof UnpublishedError) {
    const [text = '', mend = ''] = failure.message.split(/(?<=yet\.) /, 2);
    return warning('addon-creating', text, mend);
  }
  if (failure instanceof PluginError) {
    const isSeveral = failure.message.includes('--addon');
    return error(
      isSeveral ? 'addon-ambiguous' : 'addon-missing',
      failure.message.split('\n')[0] ?? '',
      isSeveral ? failure.message.split('\n').slice(1).join('; ').trim() : `heroku addons:create dockhero${app}`,
    );
  }
  return herokuFailure(failure, app);
}

/** From Heroku's own API, or on the way to it. */
function herokuFailure(failure: unknown, app: string): Finding {
  const { http, message } = failure as { http?: { statusCode?: number }; message?: string };
  if (http?.statusCode === 401) return error('not-logged-in', 'Heroku does not know who you are.', 'heroku login');
  if (http?.statusCode === 404)
    return error('app-missing', `Heroku knows no such app, or does not show it to you.`, 'heroku apps', 'heroku auth:whoami');
  const reason = (message ?? String(failure)).split('\n')[0] ?? '';
  return error(
    'heroku-unreachable',
    `Heroku could not be asked about the app: ${reason}`,
    `Try it: heroku apps:info${app}`,
    'https://status.heroku.com',
  );
}
