import type { ClientStatus } from '@dockhero/contracts/client-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { Session } from './session.js';
import { waitForAddon } from './wait-for-addon.js';

describe('waitForAddon', () => {
  const api = new StandInApi();
  let terminal: RecordedTerminal;
  let session: Session;

  beforeEach(async () => {
    await api.start();
    api.status = { ...api.status, status: 'running', step: null };
    terminal = new RecordedTerminal();
    const app = new KnownApp();
    app.config = { DOCKHERO_CONFIG_URL: api.configUrl };
    session = new Session(app, terminal, '/nowhere', undefined);
  });
  afterEach(() => api.stop());

  it.each([true, false])('says that the add-on runs already (to a person: %s)', async (isInteractive) => {
    terminal.isInteractive = isInteractive;
    await waitForAddon(session);
    expect(terminal.lines).toEqual(['The add-on is running.']);
  });

  it('says it behind the steps that were waited for, once', async () => {
    api.status = { ...api.status, status: 'creating', step: 'swarm ready' };
    const waiting = waitForAddon(session);
    await expect.poll(() => terminal.lines.join(), { timeout: 5_000 }).toContain('swarm ready');
    api.status = { ...api.status, status: 'running', step: null };
    await waiting;
    expect(terminal.lines.slice(1)).toEqual(['The add-on is running.']);
  });

  it('leaves the words to whoever wants the statuses', async () => {
    const seen: ClientStatus[] = [];
    await waitForAddon(session, (status) => seen.push(status));
    expect([seen.map(({ status }) => status), terminal.lines]).toEqual([['running'], []]);
  });
});
