/**
 * Who will read the stackfile. They do not agree on the grammar of variables:
 * `compose` is `docker compose` (the Compose specification), `compose-1` is the Python `docker-compose` up to 1.29, `stack` is `docker stack deploy`.
 */
export type ComposeTool = 'compose' | 'compose-1' | 'stack';

/** The grammar of one file. `legacy` is a file of version 1 in the hands of docker-compose 1.29: `$X`, `${X}` and `$$`, nothing else. */
export type Grammar = ComposeTool | 'legacy';

/** What the version of a file decides: in the first there are no sections, every key is a service. */
export type StackfileFormat = 'v1' | 'v2' | 'v3' | 'specification';

/** The grammar in which `tool` reads a file of this format. */
export function grammarOf(tool: ComposeTool, format: StackfileFormat): Grammar {
  return tool === 'compose-1' && format === 'v1' ? 'legacy' : tool;
}

const sections: ReadonlySet<string> = new Set(['services', 'volumes', 'networks', 'secrets', 'configs']);

/**
 * Are variables below this top-level key replaced? The specification replaces them everywhere; the two older loaders only in the sections they
 * know, so not in `name:` or `x-…:` (what an anchor there holds counts where it is used).
 */
export function isInterpolated(topLevelKey: string, grammar: Grammar): boolean {
  return grammar === 'compose' || grammar === 'legacy' || sections.has(topLevelKey);
}
