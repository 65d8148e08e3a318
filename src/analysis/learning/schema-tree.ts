// Fields by pointer (`/items/*/id`) as the tree they were in.
import type { LearnedField } from '../../core/learned-endpoint.ts';

export interface SchemaTree {
  field: LearnedField | undefined;
  readonly properties: Map<string, SchemaTree>;
  /** Of an array; {@link nullTree} when there are none. */
  items: SchemaTree;
}

export const nullTree = { field: undefined, properties: new Map() } as unknown as SchemaTree;

export function treeOf(fields: readonly LearnedField[]): SchemaTree {
  const root = emptyTree();
  const arrays = new Set(fields.filter((field) => field.types.includes('array')).map((field) => field.pointer));
  for (const field of fields) {
    let node = root;
    let path = '';
    for (const token of field.pointer === '' ? [] : field.pointer.slice(1).split('/')) {
      // An object may have a key `*`.
      const isElement = token === '*' && arrays.has(path);
      path += `/${token}`;
      if (isElement) {
        if (node.items === nullTree) node.items = emptyTree();
        node = node.items;
        continue;
      }
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      let child = node.properties.get(name);
      if (child === undefined) {
        child = emptyTree();
        node.properties.set(name, child);
      }
      node = child;
    }
    node.field = field;
  }
  return root;
}

function emptyTree(): SchemaTree {
  return { field: undefined, properties: new Map(), items: nullTree };
}
