import { InputError } from '../../input-error.ts';
import type { OnnxGraph, OnnxNode } from './onnx-file.ts';

/** A node with a name that no other has. */
export interface NamedNode {
  readonly node: OnnxNode;
  /** Its own, or one made of its operator and its place where it has none or another has the same. */
  readonly label: string;
}

/**
 * The nodes of a graph, each after those that make its inputs, and else as in the file.
 *
 * @throws InputError if two nodes make one tensor, if nothing makes one that a node needs, or if nodes wait for each other.
 */
export function inOrder(graph: OnnxGraph, file: string): readonly NamedNode[] {
  const nodes = named(graph.nodes);
  const needs = dependencies(nodes, graph, file);
  const visited = new Set<NamedNode>();
  const ordered = new Set<NamedNode>();
  // Depth first, without recursion: networks may be deep
  for (const start of nodes) {
    const path = [{ one: start, rest: needs.get(start)!.values() }];
    if (visited.has(start)) path.pop();
    visited.add(start);
    while (path.length > 0) {
      const { one, rest } = path.at(-1)!;
      const next = rest.next();
      if (next.done) {
        ordered.add(one);
        path.pop();
      } else if (!visited.has(next.value)) {
        visited.add(next.value);
        path.push({ one: next.value, rest: needs.get(next.value)!.values() });
      } else if (!ordered.has(next.value)) {
        throw cycle(
          path.map(({ one }) => one),
          next.value,
          file,
        );
      }
    }
  }
  return [...ordered];
}

function named(nodes: readonly OnnxNode[]): readonly NamedNode[] {
  const taken = new Set<string>();
  return nodes.map((node, i) => {
    const wanted = node.name || `${node.opType}_${i}`;
    return { node, label: freeName(taken.has(wanted) ? `${wanted}_${i}` : wanted, taken) };
  });
}

/** A name that is not taken, and is from now on. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  taken.add(name);
  return name;
}

/** The nodes that make a node's inputs. */
function dependencies(nodes: readonly NamedNode[], graph: OnnxGraph, file: string) {
  const makers = makersOf(nodes, graph, file);
  const given = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  return new Map(
    nodes.map((one) => {
      const needed: NamedNode[] = [];
      for (const input of one.node.inputs) {
        const maker = makers.get(input);
        if (maker !== undefined) needed.push(maker);
        else if (input !== '' && !given.has(input)) throw missing(one, input, file);
      }
      for (const name of one.node.captured) {
        const maker = makers.get(name);
        if (maker !== undefined && maker !== one) needed.push(maker);
      }
      return [one, needed] as const;
    }),
  );
}

/**
 * Refuses outputs of the graph that nothing makes.
 *
 * @throws InputError
 */
export function checkOutputs(graph: OnnxGraph, file: string): void {
  const made = new Set([
    ...graph.initializers.keys(),
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const lost = graph.outputs.find(({ name }) => !made.has(name));
  if (lost === undefined) return;
  const allowed = 'what a node makes, an initializer, or an input of the graph';
  throw new InputError({ code: 'syntax', path: ['graph', 'output'], found: lost.name, allowed, file });
}

function makersOf(
  nodes: readonly NamedNode[],
  graph: OnnxGraph,
  file: string,
): ReadonlyMap<string, NamedNode> {
  const makers = new Map<string, NamedNode>();
  for (const one of nodes) {
    for (const output of one.node.outputs) {
      const other =
        makers.get(output)?.label ?? (graph.initializers.has(output) ? 'an initializer' : undefined);
      if (output !== '' && other !== undefined) {
        throw flaw(one, `${output}, which is made by ${other} too`, 'tensors that nothing else makes', file);
      }
      makers.set(output, one);
    }
  }
  makers.delete('');
  return makers;
}

const missing = (one: NamedNode, input: string, file: string): InputError =>
  flaw(one, `the input ${input}`, 'an initializer, an input of the graph, or what another node makes', file);

function cycle(stack: readonly NamedNode[], first: NamedNode, file: string): InputError {
  const around = stack.slice(stack.indexOf(first)).reverse();
  const names = around.slice(0, 6).map(({ label }) => label);
  const found = `nodes that wait for each other: ${[...names, ...(around.length > 6 ? ['…'] : []), names[0]].join(' → ')}`;
  return flaw(first, found, 'nodes whose inputs can be made before them', file);
}

function flaw({ node, label }: NamedNode, found: string, allowed: string, file: string): InputError {
  return new InputError({ code: 'syntax', path: [`node ${label} (${node.opType})`], found, allowed, file });
}
