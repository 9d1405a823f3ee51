import { expect, test } from 'vitest';
import { VIEWS } from './registry.ts';
import { queryFor } from './trail.ts';

const [compare, whyNot, , figures, machine] = VIEWS as [never, never, never, never, never];

test('a view is found as it was left', () => {
  const trail = new Map([
    ['compare', 'batch=4&open=RS.CONV1'],
    ['figures', 'figure=12'],
  ]);
  expect(queryFor(compare, figures, trail)).toBe('batch=4&open=RS.CONV1');
  expect(queryFor(figures, compare, trail)).toBe('figure=12');
});

test('a setup goes along, and what belongs to another network does not', () => {
  const trail = new Map([
    ['compare', 'net=vgg-16&batch=4&pes=512'],
    ['why-not', 'layer=CONV2&mapping=m1&objective=delay'],
  ]);
  expect(queryFor(whyNot, compare, trail)).toBe('net=vgg-16&batch=4&pes=512');
  expect(queryFor(machine, compare, trail)).toBe('net=vgg-16');
});

test('the same network keeps the layer', () => {
  const trail = new Map([
    ['compare', 'batch=4'],
    ['why-not', 'layer=CONV2&batch=8'],
  ]);
  expect(queryFor(whyNot, compare, trail)).toBe('layer=CONV2&batch=4');
});
