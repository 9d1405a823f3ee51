import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../input-error.ts';
import { floats, node, onnxModel } from './model.testing.ts';
import { readOnnxFile } from './onnx-file.ts';
import { inOrder } from './order.ts';

const order = (nodes: ReturnType<typeof node>[]) => {
  const bytes = onnxModel({ nodes, inputs: { x: [1] }, outputs: [], initializers: [floats('w', [1])] });
  return inOrder(readOnnxFile(bytes, 'net.onnx').graph, 'net.onnx');
};
const mistake = (nodes: ReturnType<typeof node>[]) => {
  try {
    order(nodes);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return undefined;
};
const add = (name: string, input: readonly string[], output: readonly string[]) =>
  node('Add', input, output, {}, { name });

describe('nodes', () => {
  it('stay in the order of the file where that is one', () => {
    const nodes = [add('a', ['x', 'w'], ['p']), add('b', ['p', 'w'], ['q']), add('c', ['x', 'q'], ['r'])];
    expect(order(nodes).map(({ label }) => label)).toEqual(['a', 'b', 'c']);
  });

  it('come after those that make their inputs, in whatever order they are', () => {
    const links = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(links, fc.infiniteStream(fc.nat()), (list, random) => {
        const nodes = list.map((sources, i) =>
          add(`n${i}`, i === 0 ? ['x'] : sources.map((s) => `t${s % i}`), [`t${i}`]),
        );
        const shuffled = nodes
          .map((one) => ({ one, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const made = new Set(['x', 'w']);
        const ordered = order(shuffled);
        expect(ordered).toHaveLength(nodes.length);
        for (const { node } of ordered) {
          for (const input of node.inputs) expect(made).toContain(input);
          for (const output of node.outputs) made.add(output);
        }
      }),
    );
  });

  it('may be deep', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) =>
      add(`n${i}`, [i === 0 ? 'x' : `t${i - 1}`], [`t${i}`]),
    );
    expect(order(nodes.reverse())).toHaveLength(20_000);
  });
});

describe('mistakes', () => {
  it('a cycle, with the nodes around it', () => {
    const nodes = [add('a', ['x', 'r'], ['p']), add('b', ['p'], ['q']), add('c', ['q'], ['r'])];
    expect(mistake(nodes)).toBe(
      'net.onnx: node a (Add): nodes that wait for each other: b → c → a → b; allowed: nodes whose inputs can be made before them',
    );
    expect(mistake([add('self', ['p'], ['p'])])).toContain('self → self');
  });

  it('a tensor that nothing makes', () => {
    expect(mistake([add('a', ['x', 'weights'], ['p'])])).toBe(
      'net.onnx: node a (Add): the input weights; allowed: an initializer, an input of the graph, or what another node makes',
    );
  });

  it('a tensor that an initializer is, too', () => {
    expect(mistake([add('a', ['x'], ['w'])])).toContain(
      'node a (Add): w, which is made by an initializer too',
    );
  });

  it('a tensor that two nodes make', () => {
    expect(mistake([add('a', ['x'], ['p']), add('b', ['x'], ['p'])])).toContain(
      'node b (Add): p, which is made by a too',
    );
  });
});
