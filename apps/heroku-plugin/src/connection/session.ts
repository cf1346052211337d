import type { Variables } from '../env.js';
import type { AppSource } from '../heroku/app-source.js';
import type { ChosenAddon } from '../heroku/choose-addon.js';
import { chooseAddon } from '../heroku/choose-addon.js';
import type { Terminal } from '../messages/terminal.js';
import { connectionFolder } from './connection-folder.js';

/** What one command knows about its app: read at most once, unless it is told to read again. */
export class Session {
  readonly folder: string;
  #config: Promise<Variables> | null = null;

  constructor(
    readonly source: AppSource,
    readonly terminal: Terminal,
    /** The CLI's data folder, or that of the standalone binaries. */
    readonly dataFolder: string,
    /** Value of `--addon`. */
    readonly addon: string | undefined,
  ) {
    this.folder = connectionFolder(dataFolder, source.identity, source.kind === 'dyno' ? (addon ?? 'dyno') : source.appName, addon);
  }

  configVars(): Promise<Variables> {
    this.#config ??= this.source.readConfigVars();
    return this.#config;
  }

  /** For when they must have changed: provisioning has ended, or the URL was rotated. */
  rereadConfigVars(): Promise<Variables> {
    this.forgetConfigVars();
    return this.configVars();
  }

  /** The next who wants them reads them again. */
  forgetConfigVars(): void {
    this.#config = null;
  }

  /** Flags that name the app in a command that mends, with a space before them; empty when it has no name here, as on some dynos. */
  get appFlag(): string {
    const { appName } = this.source;
    return appName.includes(' ') ? '' : ` --app ${appName}`;
  }

  /** The same with the add-on when one was chosen: for commands of ours. */
  get flags(): string {
    return `${this.appFlag}${this.addon === undefined ? '' : ` --addon ${this.addon}`}`;
  }

  /** @throws PluginError when there is no add-on, or several and no choice. */
  async chosenAddon(): Promise<ChosenAddon> {
    return chooseAddon(this.source, await this.configVars(), this.addon);
  }

  /** The same without a call to anybody: null while this command has not read the config vars. A dyno has them anyway. */
  async knownAddon(): Promise<ChosenAddon | null> {
    return this.#config || this.source.kind === 'dyno' ? this.chosenAddon() : null;
  }

  /** The same, read anew within `timeoutMs` and without ever starting a login. @throws UnansweredError when Heroku cannot be asked so. */
  async unseenAddon(timeoutMs: number): Promise<ChosenAddon> {
    const source = this.source.unseen(timeoutMs);
    const config = await source.readConfigVars();
    const addon = await chooseAddon(source, config, this.addon);
    this.#config = Promise.resolve(config);
    return addon;
  }
}
