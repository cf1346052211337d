/** Parameters of one request by their dotted names: `Filter.1.Value.2=x` is `{ Filter: { 1: { Value: { 2: 'x' } } } }`. */
export type QueryNode = string | QueryTree;
export interface QueryTree {
  [name: string]: QueryNode;
}

/** Builds the tree of a form-encoded body. A name that is both a value and a parent keeps the parent. */
export function parseQueryTree(body: string): QueryTree {
  const root: QueryTree = Object.create(null) as QueryTree;
  for (const [name, value] of new URLSearchParams(body)) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let node = root;
    for (const part of parts) {
      const next = node[part];
      node = typeof next === 'object' ? next : (node[part] = Object.create(null) as QueryTree);
    }
    if (typeof node[last] !== 'object') node[last] = value;
  }
  return root;
}
