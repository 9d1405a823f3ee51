import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { PIXELS, SIDE } from './digits.ts';

/** Pixels by which a digit is shifted at most, up or down and left or right. */
const MOST_SHIFT = 2;
/** In radians: about 11°. */
const MOST_ROTATION = 0.2;
/** Larger or smaller, and slanted, by so much of the size. */
const MOST_SCALE = 0.12;
const MOST_SLANT = 0.15;
/** Pixels by which lines are bent to a wave, whose length is one half of the side at least, and one side at most. */
const MOST_WAVE = 1;

const CENTRE = (SIDE - 1) / 2;

/** The digit as another hand could have written it: shifted, rotated, scaled, slanted and bent a little, `[28][28]`. */
export function distorted(digit: Float32Array, generator: RandomGenerator): Float64Array {
  const upTo = (most: number): number => within(most, generator);
  const [down, right] = [upTo(MOST_SHIFT), upTo(MOST_SHIFT)];
  const [rotation, slant] = [upTo(MOST_ROTATION), upTo(MOST_SLANT)];
  const [tall, wide] = [1 + upTo(MOST_SCALE), 1 + upTo(MOST_SCALE)];
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const [bendDown, bendRight] = [wave(generator), wave(generator)];
  const image = new Float64Array(PIXELS);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const y = row - CENTRE - down + bendDown(column);
      const x = column - CENTRE - right + bendRight(row) + slant * y;
      const fromRow = (cos * y + sin * x) * tall + CENTRE;
      const fromColumn = (cos * x - sin * y) * wide + CENTRE;
      image[row * SIDE + column] = between(digit, fromRow, fromColumn);
    }
  }
  return image;
}

/** A number from −most to most. */
const within = (most: number, generator: RandomGenerator): number =>
  (2 * uniformFloat64(generator) - 1) * most;

/** How far lines are bent at each place along the other side. */
function wave(generator: RandomGenerator): (place: number) => number {
  const height = within(MOST_WAVE, generator);
  const frequency = (2 * Math.PI * (1 + uniformFloat64(generator))) / SIDE;
  const phase = within(Math.PI, generator);
  return (place) => height * Math.sin(frequency * place + phase);
}

/** The pixel at a place between pixels, from the four around it; the ground is 0. */
function between(digit: Float32Array, row: number, column: number): number {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [below, beside] = [row - top, column - left];
  return (
    (1 - below) * ((1 - beside) * pixelAt(digit, top, left) + beside * pixelAt(digit, top, left + 1)) +
    below * ((1 - beside) * pixelAt(digit, top + 1, left) + beside * pixelAt(digit, top + 1, left + 1))
  );
}

const pixelAt = (digit: Float32Array, row: number, column: number): number =>
  row < 0 || row >= SIDE || column < 0 || column >= SIDE ? 0 : digit[row * SIDE + column]!;
