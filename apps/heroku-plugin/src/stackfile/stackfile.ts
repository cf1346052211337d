import type { StackfileFormat } from './compose-tool.js';
import type { MapNode } from './stack-node.js';

/** One YAML document of a stackfile. */
export interface Stackfile {
  /** As the user named it; for messages. */
  readonly file: string;
  readonly format: StackfileFormat;
  readonly root: MapNode;
}
