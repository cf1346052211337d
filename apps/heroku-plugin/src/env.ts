/** Variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** The environment of this process. Nothing else reads it: what needs a variable is given one of these. */
export function readEnvironment(): Variables {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) set[name] = value;
  return set;
}
