// Figures of a GraphQL document: how deep, how often, in a circle or not. Every selection set is visited once: fragments are
// measured one by one, in the order in which they need each other, and never expanded into their spreads.
// Invariant: work is linear in the document, and no recursion follows what a client nests.
import { type DefinitionNode, type DirectiveNode, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';

export interface OperationFigures {
  /** Fields inside fields, without the wrappers of connections, fragments followed. */
  readonly depth: number;
  /** The same with the wrappers. */
  readonly nesting: number;
  /** The most aliases of one field in one selection of a query or subscription; of a mutation. */
  readonly queryAliases: number;
  readonly mutationAliases: number;
  readonly directivesOnNode: number;
  readonly repeatedFields: number;
  readonly asksForSchema: boolean;
  readonly hasFragmentCycle: boolean;
}

const CONNECTION = new Set(['edges', 'node', 'nodes']);

/** What one definition is made of: its own figures, and which fragments it spreads at which depth. */
interface Measured {
  depth: number;
  nesting: number;
  aliases: number;
  directives: number;
  repeated: number;
  asksForSchema: boolean;
  /** Deepest place at which each fragment is spread. */
  readonly spreads: Map<string, { depth: number; nesting: number }>;
}

export function measureOperations(definitions: readonly DefinitionNode[]): OperationFigures {
  const fragments = new Map<string, Measured>();
  let aliasesInFragments = 0;
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const measured = measure(definition);
    fragments.set(definition.name.value, measured);
    aliasesInFragments = Math.max(aliasesInFragments, measured.aliases);
  }
  const hasFragmentCycle = foldFragments(fragments);
  let depth = 0;
  let nesting = 0;
  let queryAliases = aliasesInFragments;
  let mutationAliases = 0;
  let directivesOnNode = 0;
  let repeatedFields = 0;
  let asksForSchema = false;
  const add = (one: Measured): void => {
    depth = Math.max(depth, one.depth);
    nesting = Math.max(nesting, one.nesting);
    directivesOnNode = Math.max(directivesOnNode, one.directives);
    repeatedFields = Math.max(repeatedFields, one.repeated);
    asksForSchema ||= one.asksForSchema;
  };
  for (const fragment of fragments.values()) add(fragment);
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const measured = measure(definition);
    if (!hasFragmentCycle) addSpreads(measured, fragments);
    add(measured);
    if (definition.operation === OperationTypeNode.MUTATION) {
      mutationAliases = Math.max(mutationAliases, measured.aliases);
      // The root of a mutation may be written as a fragment.
      if (measured.spreads.size > 0) mutationAliases = Math.max(mutationAliases, aliasesInFragments);
    } else queryAliases = Math.max(queryAliases, measured.aliases);
  }
  return {
    depth,
    nesting,
    queryAliases,
    mutationAliases,
    directivesOnNode,
    repeatedFields,
    asksForSchema,
    hasFragmentCycle,
  };
}

/** Walks one definition's selections with a stack of its own. Fragments stay names. */
function measure(definition: {
  readonly selectionSet: SelectionSetNode;
  readonly directives?: readonly DirectiveNode[] | undefined;
}): Measured {
  const figures: Measured = {
    depth: 0,
    nesting: 0,
    aliases: 0,
    directives: definition.directives?.length ?? 0,
    repeated: 0,
    asksForSchema: false,
    spreads: new Map(),
  };
  const open: { readonly set: SelectionSetNode; readonly depth: number; readonly nesting: number }[] = [
    { set: definition.selectionSet, depth: 0, nesting: 0 },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const aliasesOf = new Map<string, number>();
    const timesOf = new Map<string, number>();
    for (const selection of at.set.selections) {
      figures.directives = Math.max(figures.directives, selection.directives?.length ?? 0);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const known = figures.spreads.get(selection.name.value);
        figures.spreads.set(selection.name.value, {
          depth: Math.max(known?.depth ?? 0, at.depth),
          nesting: Math.max(known?.nesting ?? 0, at.nesting),
        });
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        open.push({ set: selection.selectionSet, depth: at.depth, nesting: at.nesting });
        continue;
      }
      const name = selection.name.value;
      figures.asksForSchema ||= name === '__schema' || name === '__type';
      const counts = selection.alias === undefined ? timesOf : aliasesOf;
      const times = (counts.get(name) ?? 0) + 1;
      counts.set(name, times);
      if (selection.alias === undefined) figures.repeated = Math.max(figures.repeated, times);
      else figures.aliases = Math.max(figures.aliases, times);
      const depth = at.depth + (CONNECTION.has(name) ? 0 : 1);
      const nesting = at.nesting + 1;
      figures.depth = Math.max(figures.depth, depth);
      figures.nesting = Math.max(figures.nesting, nesting);
      if (selection.selectionSet !== undefined) open.push({ set: selection.selectionSet, depth, nesting });
    }
  }
  return figures;
}

/** Adds to every fragment what its spreads bring, those first that need no other (Kahn 1962). True when some need each other. */
function foldFragments(fragments: Map<string, Measured>): boolean {
  const neededBy = new Map<string, string[]>();
  const missing = new Map<string, number>();
  for (const [name, fragment] of fragments) {
    let needs = 0;
    for (const spread of fragment.spreads.keys()) {
      if (!fragments.has(spread)) continue;
      needs += 1;
      const users = neededBy.get(spread);
      if (users === undefined) neededBy.set(spread, [name]);
      else users.push(name);
    }
    missing.set(name, needs);
  }
  const ready = [...missing].filter(([, needs]) => needs === 0).map(([name]) => name);
  let folded = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    folded += 1;
    addSpreads(fragments.get(name)!, fragments);
    for (const user of neededBy.get(name) ?? []) {
      const needs = missing.get(user)! - 1;
      missing.set(user, needs);
      if (needs === 0) ready.push(user);
    }
  }
  return folded < fragments.size;
}

function addSpreads(into: Measured, fragments: ReadonlyMap<string, Measured>): void {
  for (const [name, at] of into.spreads) {
    const fragment = fragments.get(name);
    if (fragment === undefined) continue;
    into.depth = Math.max(into.depth, at.depth + fragment.depth);
    into.nesting = Math.max(into.nesting, at.nesting + fragment.nesting);
  }
}
