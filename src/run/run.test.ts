import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_CHECKPOINT } from './checkpoint.ts';
import { arbitraryNetwork, modelBytes, type TestNetwork } from './network.testing.ts';
import { chipSteps } from './plan.ts';
import { reference } from './reference.testing.ts';
import type { RanLayer, RunResult } from './result.ts';
import {
  drawn,
  native,
  planOf,
  run,
  runtime,
  scoresOf,
  web,
  wholeModel,
  withCheckpoints,
} from './run.testing.ts';
import type { RunOutcome } from './run.ts';

const batches = fc.record({ images: fc.integer({ min: 1, max: 4 }), batch: fc.integer({ min: 1, max: 3 }) });

describe('a run of a random network', () => {
  it('makes the words of the definition, and the scores of the whole float network', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork,
        batches,
        fc.boolean(),
        async (network, { images, batch }, correctsBias) => {
          const plan = planOf(network, batch);
          const source = drawn(network.shapes.get('x')!, images);
          const { outcome, kept } = await withCheckpoints(plan, source, { correctsBias });
          const { result, fmaps } = outcome;
          const tallies = kept.at(-1)!.tallies;
          const image = await source.image(0);
          const wanted = await reference(network, image, result.layers, runtime, (name) =>
            correctsBias ? tallies.get(name)!.correctedBiases : undefined,
          );
          expect(fmaps.map(({ name }) => name)).toEqual(result.layers.map(({ name }) => name));
          for (const [i, { output }] of chipSteps(plan).entries()) {
            const value = wanted.get(output)!;
            const { name, words } = fmaps[i]!;
            if (!('words' in value)) throw new Error(`${name} made no words`);
            expect({ name, words }).toEqual({ name, words: value.words.slice(0, words.length) });
          }
          for (const { output } of result.layers) expect(output.bitExact).toBe(true);
          const [first] = network.outputs;
          const scores = wanted.get(first!)!;
          if (!('words' in scores)) throw new Error('no scores');
          const chip = [...scores.words].map((word) => word * 2 ** -scores.fractionBits);
          expect(scoresOf(result, 0, 'chip')).toEqual(chip);

          const float = await wholeModel(modelBytes(network), source, 0);
          const most = Math.max(...float.map(Math.abs));
          for (const [i, score] of scoresOf(result, 0, 'float').entries()) {
            expect(Math.abs(score - float[i]!)).toBeLessThanOrEqual(1e-4 * most);
          }
        },
      ),
      { numRuns: RUNS.definition },
    );
  });

  it('continues from any checkpoint to the same result', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork, batches, async (network, { images, batch }) => {
        const source = drawn(network.shapes.get('x')!, images);
        const { outcome, kept } = await withCheckpoints(planOf(network, batch), source);
        for (const { step, tensors, memory } of kept) {
          const { steps, output } = planOf(network, batch);
          const read = steps.slice(step).flatMap((one) => (one.on === 'chip' ? [one.input] : one.inputs));
          const there = new Set([...tensors.map(({ name }) => name), ...memory.keys()]);
          // What is not there yet is made by a step that is to come
          const made = steps.slice(step).flatMap((one) => (one.on === 'chip' ? [one.output] : one.outputs));
          const needed = [...read, output].filter((name) => !made.includes(name));
          expect([...there].toSorted()).toEqual([...new Set(needed)].toSorted());
          for (const [name, { content }] of memory) {
            expect({ name, isCoded: content instanceof Uint32Array }).toEqual({
              name,
              isCoded: name !== 'x',
            });
          }
        }
        expect(kept.length).toBe(outcome.result.layers.length * Math.ceil(images / batch));
        for (const from of kept) {
          const again = await withCheckpoints(planOf(network, batch), source, { from });
          expect(again.outcome).toEqual(outcome);
          expect(again.kept).toEqual(kept.slice(kept.indexOf(from) + 1));
        }
      }),
      { numRuns: RUNS.resume },
    );
  });

  it('takes what its batches take', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork,
        fc.integer({ min: 2, max: 5 }),
        batches,
        async (network, images, { batch }) => {
          const plan = planOf(network, batch);
          const source = drawn(network.shapes.get('x')!, images, (i) => i === 1);
          const { outcome, kept } = await withCheckpoints(plan, source, { correctsBias: false });
          const from = { ...EMPTY_CHECKPOINT, calibrated: 1, ranges: kept[0]!.ranges };
          const parts: RunResult[] = [];
          for (let first = 0; first < images; first += batch) {
            const names = source.names.slice(first, first + batch);
            const part = { ...source, names, image: (i: number) => source.image(first + i) };
            parts.push((await run(plan, part, { from, correctsBias: false })).result);
          }
          for (const [i, layer] of outcome.result.layers.entries()) {
            const sum = (of: (layer: RanLayer) => number) =>
              parts.reduce((total, { layers }) => total + of(layers[i]!), 0);
            for (const of of COUNTS) expect(of(layer)).toBeCloseTo(sum(of), 6);
          }
          const { classes } = outcome.result;
          expect(classes!.images.map(({ chip, float }) => ({ chip, float }))).toEqual(
            parts.flatMap((part) => part.classes!.images.map(({ chip, float }) => ({ chip, float }))),
          );
          expect(classes!.images.map(({ name }) => name)).toEqual(source.names);
        },
      ),
      { numRuns: RUNS.batches },
    );
  });
});

const COUNTS: readonly ((layer: RanLayer) => number)[] = [
  ({ macs }) => macs,
  ({ gatedMacs }) => gatedMacs,
  ({ passes }) => passes,
  ({ cycles }) => cycles,
  ({ processingLatencyMs }) => processingLatencyMs,
  ({ dram }) => dram.bytes,
  ({ dram }) => dram.ifmap + dram.weight + dram.ofmap + dram.psum,
  ({ dram }) => dram.uncompressed.bytes,
  ({ dram }) => dram.linkMs,
  ({ energy }) => energy.total,
  ({ output }) => output.words,
];

/** MACs of an image in these nodes: of each product, its outputs times what each takes. */
function macsOf({ nodes, constants, shapes }: TestNetwork, ran: ReadonlySet<string>): number {
  const product = (dims: readonly number[]) => dims.reduce((all, size) => all * size, 1);
  return nodes.reduce((sum, { op, name, inputs }) => {
    if (!['Conv', 'Gemm', 'MatMul'].includes(op) || !ran.has(name)) return sum;
    const outputs = product(shapes.get(name)!);
    const taken =
      op === 'Conv' ? product(constants.get(inputs[1]!)!.dims.slice(1)) : shapes.get(inputs[0]!)!.at(-1)!;
    return sum + outputs * taken;
  }, 0);
}

/** Networks that are always the same, so that bounds hold for good. */
const SAME = fc.sample(arbitraryNetwork, { numRuns: 30, seed: 7 });

describe('a run of networks whose weights keep signals as large as they are', () => {
  it('comes near the float network, and says the same class where scores are apart', async () => {
    let apart = 0;
    for (const network of SAME) {
      const { result } = await run(planOf(network, 2), drawn(network.shapes.get('x')!, 3));
      for (const { snrDb, noise } of result.layers) {
        expect(snrDb ?? Number.POSITIVE_INFINITY).toBeGreaterThan(35);
        expect(noise?.overflowPercent ?? 0).toBe(0);
      }
      for (const [i, image] of result.classes!.images.entries()) {
        const [best, second] = image.float;
        const most = Math.max(...scoresOf(result, i, 'float').map(Math.abs));
        if (best!.score - second!.score < most / 10) continue;
        apart++;
        expect(image.chip[0]!.class).toBe(best!.class);
      }
    }
    expect(apart).toBeGreaterThan(50);
  });

  it('has totals of all its layers', async () => {
    for (const network of SAME) {
      const images = 3;
      const { result } = await run(planOf(network, 2), drawn(network.shapes.get('x')!, images));
      const { layers, total } = result;
      const sum = (of: (layer: RanLayer) => number) => layers.reduce((all, layer) => all + of(layer), 0);
      const products = layers.filter(({ type }) => type !== 'pool');
      expect(total.macs).toBe(products.reduce((all, { macs }) => all + macs, 0));
      const ran = new Set(layers.map(({ name }) => name));
      expect(total.macs).toBe(images * macsOf(network, ran));
      expect(total.macsPercent).toBe(100);
      expect(total).toMatchObject({
        gatedMacs: sum((one) => one.gatedMacs),
        cycles: sum((one) => one.cycles),
      });
      expect(total.energy).toBeCloseTo(
        sum(({ energy }) => energy.total),
        6,
      );
      const timeOf = ({ processingLatencyMs, dram }: RanLayer) => Math.max(processingLatencyMs, dram.linkMs);
      const time = sum(timeOf);
      expect((total.framesPerSecond * time) / 1000).toBeCloseTo(images, 9);
      const microjoules = sum((layer) => (layer.power.chip + layer.power.dram) * timeOf(layer));
      expect(total.millijoulesPerImage * images * 1000).toBeCloseTo(microjoules, 9);
      expect(((total.power.chip + total.power.dram) * time) / microjoules).toBeCloseTo(1, 9);
    }
  });

  it('moves feature maps in code, but for the input of the network', async () => {
    for (const network of SAME) {
      const plan = planOf(network, 2);
      const { result } = await run(plan, drawn(network.shapes.get('x')!, 3));
      const made = new Map<string, number>();
      for (const [i, { input, output }] of chipSteps(plan).entries()) {
        const { rlc, dram } = result.layers[i]!;
        if (input === 'x') {
          expect(rlc.ifmap).toBe(1);
          expect(dram.ifmap).toBe(dram.uncompressed.ifmap);
        } else expect(rlc.ifmap).toBe(made.get(input) ?? rlc.ifmap);
        made.set(output, rlc.ofmap);
      }
    }
  });

  it('runs a batch that is not full as one of so many images', async () => {
    for (const network of SAME.slice(0, 10)) {
      const images = drawn(network.shapes.get('x')!, 2);
      const [one, other] = await Promise.all(
        [2, 5].map(async (batch) => (await run(planOf(network, batch, { mapping: 'best' }), images)).result),
      );
      const told = ({ layers }: RunResult) => layers.map((layer) => ({ ...layer, mapping: undefined }));
      expect(told(other!)).toEqual(told(one!));
      expect(other!.classes).toEqual(one!.classes);
    }
  });

  it.skipIf(native === undefined)('is the same with both builds of onnxruntime', async () => {
    for (const network of SAME.slice(0, 8)) {
      const [one, other] = await Promise.all(
        [native!, web].map((build) =>
          run(planOf(network, 2, { mapping: 'best' }), drawn(network.shapes.get('x')!, 3), {
            runtime: build,
          }),
        ),
      );
      const counts = ({ result }: RunOutcome) =>
        result.layers.map(({ name, operators, mapping, macs, passes, cycles, format }) => {
          return { name, operators, mapping, macs, passes, cycles, format };
        });
      expect(counts(other!)).toEqual(counts(one!));
      expect(other!.result.host).toEqual(one!.result.host);
      expect([one, other].map((outcome) => outcome!.result.runtime.split(' ')[0])).toEqual([
        'onnxruntime-node',
        'onnxruntime-web',
      ]);
      for (const [i, { snrDb }] of one!.result.layers.entries()) {
        expect(other!.result.layers[i]!.snrDb ?? 200).toBeCloseTo(snrDb ?? 200, 0);
      }
    }
  });
});

const RUNS = { definition: 60, resume: 20, batches: 25 };
