import type { AgentVersion } from '@dockhero/contracts/agent-api';
import { json, sentence, type Answer, type Routes } from './agent-server.js';
import { parseSettings, type SettingsFile } from './settings-file.js';
import type { Upgrade } from './upgrade.js';

export interface RouteContext {
  readonly metrics: () => Promise<string>;
  readonly release: AgentVersion;
  readonly settings: SettingsFile;
  readonly upgrade: Upgrade;
}

/** What the control plane may ask. */
export function agentRoutes({ metrics, release, settings, upgrade }: RouteContext): Routes {
  return {
    '/metrics': { GET: async () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() }) },
    '/version': { GET: () => json(200, release) },
    '/upgrade': {
      POST: () => {
        upgrade.start();
        return sentence(202, 'The agent asks the control plane for its release.');
      },
    },
    '/settings': { PUT: (body) => putSettings(settings, body) },
  };
}

function putSettings(settings: SettingsFile, body: string): Answer {
  const parsed = parseSettings(parseJson(body));
  if (!parsed) return sentence(400, 'Send {"freeRoom": true} or {"freeRoom": false}, and nothing else.');
  settings.put(parsed);
  return json(200, parsed);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
