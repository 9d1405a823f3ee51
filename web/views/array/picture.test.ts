import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EYERISS_CHIP } from '../../../src/chip/chip.ts';
import { PE_STATES } from '../../../src/chip/film.ts';
import { cycleSummary } from '../../../src/chip/film-summary.ts';
import { builtinNetwork } from '../../../src/layer/builtin.ts';
import { finish } from '../../../src/steps.ts';
import { STATE_SIGNS } from './colours.ts';
import { COLOURINGS } from './fields.ts';
import { layoutOf } from './layout.ts';
import { paint } from './paint.ts';
import { type Pen, SvgPen } from './pen.ts';
import { openStageOf, passShown } from './questions.ts';
import { sceneOf } from './scene.ts';

const CHOICE = { net: 'alexnet', layer: 'CONV5', batch: 1, mapping: '', seed: 1 };
const open = finish(openStageOf(builtinNetwork('alexnet'), CHOICE, new Map()));
const shown = passShown(open, 1, 0);

test('nothing stands over another, nor beyond the width', () => {
  fc.assert(
    fc.property(fc.integer({ min: 310, max: 2000 }), (width) => {
      const { array, glb, dram, buses, cell, ...size } = layoutOf(width, EYERISS_CHIP.array);
      expect(size.width).toBeLessThanOrEqual(width);
      expect(cell).toBeGreaterThanOrEqual(20);
      for (const box of [array, glb, dram]) {
        expect(box.x >= 0 && box.x + box.width <= size.width).toBe(true);
        expect(box.y >= 0 && box.y + box.height <= size.height).toBe(true);
      }
      const isApart = (a: typeof array, b: typeof array) =>
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(isApart(array, glb) && isApart(array, dram) && isApart(glb, dram)).toBe(true);
      for (const { x1, x2, y1, y2 } of buses) {
        expect(Math.max(x1, x2) < array.x || Math.max(y1, y2) < array.y).toBe(true);
      }
    }),
  );
});

/** What is written on a picture. */
class ListeningPen implements Pen {
  readonly texts: string[] = [];
  rect(): void {}
  frame(): void {}
  line(): void {}
  text(_x: number, _y: number, text: string): void {
    this.texts.push(text);
  }
}

const wanted = {
  width: 1000,
  theme: 'light',
  overlays: { rows: true, diagonals: true, psums: true },
  selected: 3,
  holders: [4, 5],
} as const;

test('each PE has the sign of what it does, in every cycle', () => {
  const scene = sceneOf(open.opened, shown, { ...wanted, colours: 'states' });
  fc.assert(
    fc.property(fc.nat(shown.film.cycles - 1), (cycle) => {
      const pen = new ListeningPen();
      paint(pen, scene, cycle);
      const { states, words } = cycleSummary(shown.film, cycle);
      for (const [i, state] of PE_STATES.entries()) {
        const sign = STATE_SIGNS[state];
        const written = pen.texts.filter((text) => text === sign).length;
        // Banks and buses have letters and noughts of their own
        if (/^[×–↑]$/.test(sign)) expect(written).toBe(states[i]);
        else if (sign !== '') expect(written).toBeGreaterThanOrEqual(states[i]!);
      }
      if (words.ifmap > 0) expect(pen.texts).toContain(`+${words.ifmap}`);
    }),
    { numRuns: 30 },
  );
});

test.each(COLOURINGS)('as an SVG it is well-formed: %s', (colours) => {
  const scene = sceneOf(open.opened, shown, { ...wanted, colours });
  const pen = new SvgPen();
  paint(pen, scene, 1500);
  const svg = pen.svg(scene.layout.width, scene.layout.height, '#fff', 'a < b & c');
  expect(svg).toContain('<title>a &lt; b &amp; c</title>');
  expect(svg).not.toMatch(/NaN|undefined/);
  const opened = svg.match(/<(?!\/)[a-z]+/g)!.length;
  expect(svg.match(/<\/|\/>/g)).toHaveLength(opened);
});
