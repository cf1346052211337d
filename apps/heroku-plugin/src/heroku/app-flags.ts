import { flags } from '@heroku-cli/command';

/** The flags of every command that is about an app: the CLI itself resolves them (flag, HEROKU_APP, git remote). */
export const appFlags = {
  app: flags.app({ required: true }),
  remote: flags.remote(),
  addon: flags.string({ description: 'which Dockhero add-on, when the app has several (attachment or add-on name)', helpValue: 'NAME' }),
};
