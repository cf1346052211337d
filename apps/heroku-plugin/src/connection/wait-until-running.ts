import type { ClientStatus } from '@dockhero/contracts/client-api';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../messages/terminal.js';
import { PluginError } from '../plugin-error.js';
import { ApiRefusal, callApi } from './call-api.js';
import type { Session } from './session.js';

const refreshMs = 2_000;
const redrawMs = 250;
/** Longer than the provider tries before it gives up and says so. */
const patienceMs = 30 * 60_000;
/** So many failures to read the status in a row end the waiting. */
const failuresAllowed = 10;

/**
 * Waits until the add-on runs, telling how far it is.
 * @param onStatus sees every status that differs from the one before; nothing else is then printed.
 * @returns true when there was something to wait for.
 * @throws PluginError when provisioning failed, with the reason.
 */
export async function waitUntilRunning(configUrl: string, session: Session, onStatus?: (status: ClientStatus) => void): Promise<boolean> {
  const until = Date.now() + patienceMs;
  const shown = new ShownProgress(session.terminal, onStatus);
  let hasWaited = false;
  try {
    for (let failures = 0; Date.now() < until;) {
      const status = await readStatus(configUrl, failures);
      failures = status ? 0 : failures + 1;
      if (status) shown.take(status);
      if (status?.status === 'running') return hasWaited;
      if (status?.status === 'failed') throw await provisioningFailed(status, session);
      hasWaited = true;
      await shown.pause(refreshMs);
    }
  } finally {
    shown.end();
  }
  throw new PluginError(
    `The add-on is still being created after half an hour. Look at it with heroku dh:status${session.flags}, or ask for support.`,
  );
}

/** Null when it could not be read and another try makes sense. */
async function readStatus(configUrl: string, failures: number): Promise<ClientStatus | null> {
  try {
    const { body } = await callApi<ClientStatus>(configUrl, { method: 'GET', path: '/status', timeoutMs: 10_000 });
    if (!['creating', 'running', 'failed'].includes(body.status)) throw new PluginError(`Invalid status: ${body.status}`);
    return body;
  } catch (error) {
    const isFinal = error instanceof PluginError || (error instanceof ApiRefusal && error.status < 500 && error.status !== 429);
    if (isFinal || failures >= failuresAllowed) throw error;
    return null;
  }
}

async function provisioningFailed({ reason }: ClientStatus, session: Session): Promise<PluginError> {
  const addon = await session.knownAddon().catch(() => null);
  const name = addon?.prefix ?? session.addon ?? 'dockhero';
  return new PluginError(
    `Sorry, add-on provisioning failed.${reason ? ` ${reason}` : ''} Remove the add-on and install it once again: heroku addons:destroy ${name}${session.appFlag}`,
  );
}

/** A line that counts down on a terminal; a line per step elsewhere. */
class ShownProgress {
  #status: ClientStatus | null = null;
  #line = '';

  constructor(
    private readonly terminal: Terminal,
    private readonly onStatus: ((status: ClientStatus) => void) | undefined,
  ) {}

  take(status: ClientStatus): void {
    const isNews = describe(status) !== (this.#status ? describe(this.#status) : '');
    this.#status = status;
    if (this.onStatus) {
      if (isNews) this.onStatus(status);
    } else if (status.status === 'creating' && isNews && !this.terminal.isInteractive) {
      this.terminal.say(`Add-on provisioning will finish soon… ${countdown(status)} · ${describe(status)}`);
    }
  }

  async pause(ms: number): Promise<void> {
    if (!this.#isDrawn) return sleep(ms);
    for (let passed = 0; passed < ms; passed += redrawMs) {
      this.#draw();
      await sleep(redrawMs);
    }
  }

  end(): void {
    if (this.#line === '') return;
    this.terminal.redraw(this.#status?.status === 'running' ? '✔ The add-on is ready.\n' : '');
  }

  get #isDrawn(): boolean {
    return this.terminal.isInteractive && !this.onStatus;
  }

  #draw(): void {
    if (!this.#status) return;
    this.#line = `⠋ Add-on provisioning will finish soon… ${countdown(this.#status)} · ${describe(this.#status)}`;
    this.terminal.redraw(this.#line);
  }
}

function describe({ status, step, waiting_for }: ClientStatus): string {
  return [step ?? status, waiting_for ? `waiting for ${waiting_for}` : ''].filter(Boolean).join(': ');
}

/** `m:ss` to the estimated end. */
function countdown({ provision_eta }: ClientStatus): string {
  const left = provision_eta === undefined ? Number.NaN : Math.ceil((Date.parse(provision_eta) - Date.now()) / 1_000);
  if (Number.isNaN(left)) return '';
  return left <= 0 ? 'almost done...' : `${String(Math.floor(left / 60))}:${String(left % 60).padStart(2, '0')}`;
}
