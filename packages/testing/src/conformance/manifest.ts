/** An add-on manifest (spec 1.2) as far as the suite reads it. `plans` is an addition of the local Heroku's: Heroku keeps them in its portal. */
export interface Manifest {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly api?: {
    readonly version?: unknown;
    readonly username?: unknown;
    readonly password?: unknown;
    readonly sso_salt?: unknown;
    readonly config_vars_prefix?: unknown;
    readonly config_vars?: unknown;
    readonly regions?: unknown;
    readonly requires?: unknown;
    readonly production?: { readonly base_url?: unknown; readonly sso_url?: unknown };
    readonly test?: { readonly base_url?: unknown; readonly sso_url?: unknown };
  };
  readonly plans?: readonly { readonly name: string }[];
}

/** Names that the provider may set, or null when no manifest was given. */
export function declaredConfigVars(manifest: Manifest | null): readonly string[] | null {
  const names = manifest?.api?.config_vars;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : null;
}
