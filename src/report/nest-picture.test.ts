import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TENSORS } from '../loopnest/problem.ts';
import {
  ALL_KEPT,
  arbitraryNest,
  CONV3,
  COSTLY_ARRAY,
  DEEP_NEST,
  MACHINE,
  ROUND_THE_GLB,
  SYSTOLIC,
  shown,
} from './nest.testing.ts';
import { TENSOR_COLORS } from './nest-marks.ts';
import { loopText } from './nest-names.ts';
import { limitNote } from './nest-notes.ts';
import { nestPicture } from './nest-picture.ts';
import { nestView, type ShownNest } from './nest-view.ts';
import { type Element, everyElement, readXml } from './xml.testing.ts';

const draw = (...nests: readonly ShownNest[]) => everyElement(readXml(nestPicture(nests)));

const textsOf = (elements: readonly Element[]) =>
  elements.filter(({ name }) => name === 'text').map(({ text }) => text);

const numberOf = ({ attributes }: Element, name: string) => Number(attributes[name]);

const rounded = shown(CONV3, MACHINE, ROUND_THE_GLB);

/** Bars of tiles: widths by tensor, of each line of them. */
function fills(elements: readonly Element[]): Map<number, Map<string, number>> {
  const bars = elements.filter(({ name, attributes }) => name === 'rect' && attributes.height === '8');
  const lines = new Map<number, Map<string, number>>();
  for (const bar of bars) {
    const line = lines.get(numberOf(bar, 'y')) ?? new Map<string, number>();
    line.set(bar.attributes.fill!, (line.get(bar.attributes.fill!) ?? 0) + numberOf(bar, 'width'));
    lines.set(numberOf(bar, 'y'), line);
  }
  return lines;
}

describe('the picture of a nest', () => {
  const elements = draw(rounded);

  it('says what it shows, also to those who do not see it', () => {
    const [svg, title, desc] = elements;
    expect(svg!.attributes.role).toBe('img');
    expect([title!.name, title!.text]).toEqual(['title', 'CONV3 on eyeriss-like-256']);
    expect(desc!.name).toBe('desc');
    expect(desc!.text).toBe(
      'CONV3 on eyeriss-like-256: 6.74 per MAC · 958,464 cycles · 60.9 % of 256 MACs busy. Loops by level, outermost first: DRAM: M48; GLB: C16 P13, X Q13, Y S3 C4; RF: R3 C4 M8.',
    );
    expect(textsOf(elements)).toEqual(
      expect.arrayContaining([
        ...['DRAM', 'GLB', 'RF × 156', 'MAC × 156', '89.9 % of 65,536 words', 'goes round'],
        ...['X → q 13', '13 of 16', 'Y ↓ s 3 · c 4', '12 of 16'],
        ...['12 tiles', '60 tiles', 'for 156', '13 sums', 'of 12 each'],
      ]),
    );
  });

  it('has all loops in their order, further in from line to line', () => {
    for (const nest of [rounded, shown(CONV3, COSTLY_ARRAY, ALL_KEPT), DEEP_NEST, SYSTOLIC]) {
      const loops = draw(nest).filter(({ text, name }) => name === 'text' && /^(for|par) \w in /.test(text));
      expect(loops.map(({ text }) => text)).toEqual(
        nestView(nest).flatMap((level) => level.loops.map(loopText)),
      );
      for (const [i, loop] of loops.entries()) {
        if (i === 0) continue;
        expect(numberOf(loop, 'y')).toBeGreaterThan(numberOf(loops[i - 1]!, 'y'));
        expect(numberOf(loop, 'x')).toBeGreaterThan(numberOf(loops[i - 1]!, 'x'));
      }
    }
  });

  it('draws tiles to the scale of the buffer', () => {
    const lines = [...fills(elements).values()].filter((line) => line.has('#eef0f2'));
    expect(lines).toHaveLength(2);
    const capacities = [65_536, 256];
    ['GLB', 'RF'].forEach((name, i) => {
      const line = lines[i]!;
      for (const tensor of TENSORS) {
        const tile = rounded.evaluation.counts[name]![tensor]?.tile ?? 0;
        const share = line.get(TENSOR_COLORS[tensor])! / line.get('#eef0f2')!;
        expect(share).toBeCloseTo(tile / capacities[i]!, 3);
      }
    });
  });

  it('shades the instances of a grid by the tile that they have', () => {
    const shades = (tensor: (typeof TENSORS)[number]) =>
      elements.filter(
        ({ name, attributes }) =>
          name === 'rect' && attributes.fill === TENSOR_COLORS[tensor] && attributes['fill-opacity'],
      );
    const different = (tensor: (typeof TENSORS)[number]) =>
      new Set(shades(tensor).map(({ attributes }) => attributes['fill-opacity'])).size;
    // One bar for each row of weights and each column of psums; of inputs, what slides has a pale half beside
    expect([shades('weights').length, different('weights')]).toEqual([12, 12]);
    expect([shades('outputs').length, different('outputs')]).toEqual([13, 13]);
    expect([shades('inputs').length, different('inputs')]).toEqual([156 + 1, 60 + 1]);
  });

  it('says which limits a nest breaks, and that there is none', () => {
    expect(DEEP_NEST.evaluation.broken.length).toBeGreaterThan(0);
    const [first] = DEEP_NEST.evaluation.broken.map(limitNote);
    expect(textsOf(draw(DEEP_NEST)).some((text) => text.startsWith(first!.slice(0, 40)))).toBe(true);
    expect(textsOf(draw(rounded)).filter((text) => text.startsWith('Too '))).toEqual([]);
    expect(textsOf(draw())).toContain('No loop nest: no layer has a mapping.');
  });

  it('has one picture below the other', () => {
    const [svg, ...rest] = draw(rounded, DEEP_NEST);
    const groups = rest.filter(({ name }) => name === 'g');
    const tops = groups.map(({ attributes }) => Number(/ ([\d.]+)\)$/.exec(attributes.transform!)![1]));
    expect(tops).toHaveLength(2);
    expect(tops[1]).toBeGreaterThan(numberOf(elements[0]!, 'height') - 100);
    expect(numberOf(svg!, 'height')).toBeGreaterThan(tops[1]!);
    expect(textsOf(rest).filter((text) => text === 'weights')).toHaveLength(2);
  });

  it('is well-formed, has only numbers, and stays within itself, whatever the nest', () => {
    fc.assert(
      fc.property(fc.array(arbitraryNest, { minLength: 1, maxLength: 2 }), (nests) => {
        const svg = nestPicture(nests);
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        const all = everyElement(readXml(svg));
        const [width, height] = [numberOf(all[0]!, 'width'), numberOf(all[0]!, 'height')];
        for (const element of all.filter(({ name }) => name === 'rect')) {
          for (const name of ['x', 'y', 'width', 'height']) {
            expect(numberOf(element, name)).toBeGreaterThanOrEqual(0);
          }
          expect(numberOf(element, 'x') + numberOf(element, 'width')).toBeLessThanOrEqual(width);
          expect(numberOf(element, 'y') + numberOf(element, 'height')).toBeLessThanOrEqual(height);
        }
      }),
    );
  });

  it.each(['<script>alert(1)</script>', '"&\'', '\u0000\u202e', 'toString', ''])(
    'has any name: %j',
    (name) => {
      const nest = { ...rounded, problem: { ...CONV3, name } };
      expect(() => draw(nest)).not.toThrow();
      expect(draw(nest).some((element) => element.name === 'script')).toBe(false);
    },
  );

  it('is the same twice', () => {
    expect(nestPicture([DEEP_NEST])).toBe(nestPicture([DEEP_NEST]));
  });
});
