/** A config var that a template's stackfile requires. */
export interface TemplateConfigVar {
  readonly name: string;
  /** What it is for, as the end of "NAME: …". */
  readonly description: string;
  /** Whether a random secret is a good value, so that one can be offered. */
  readonly generate: boolean;
}

/** What `template.json` says of one folder below `templates/`. */
export interface Template {
  readonly name: string;
  readonly version: string;
  /** One line for the list. */
  readonly description: string;
  /** Paths below the template's folder, with `/`, written to the same paths below the user's folder. */
  readonly files: readonly string[];
  readonly configVars: readonly TemplateConfigVar[];
  /** Lines shown after the files are written. */
  readonly usage: readonly string[];
  /** Absolute path of the template's own folder. */
  readonly folder: string;
}
