import { InputError } from '../../input-error.ts';
import type { Shapes } from './inputs.ts';

/** The largest size of a dimension. */
const MOST = 1_000_000;

/** A comma after sizes: names may have commas, too. */
const AFTER_SIZES = /(?<==[\dx×]+),/;

/**
 * The shapes of inputs that texts give: `x=1x3x224x224`, several with commas or as several texts.
 *
 * @throws InputError if one is none.
 */
export function shapesIn(texts: readonly string[] = []): Shapes {
  const shapes: Record<string, readonly number[]> = {};
  for (const text of texts.flatMap((one) => one.split(AFTER_SIZES))) {
    // Names of tensors may have anything in them, an = too
    const [, name = '', sizes = ''] = /^(.+)=([^=]*)$/s.exec(text.trim()) ?? [];
    const shape = sizes.split(/[x×]/).map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
    if (name === '' || shape.some((size) => !(size >= 1 && size <= MOST))) {
      const allowed = `the name of an input, =, and sizes from 1 to ${MOST} with x between: x=1x3x224x224`;
      throw new InputError({ code: 'not-allowed', path: ['shape'], found: text, allowed });
    }
    Object.defineProperty(shapes, name, {
      value: shape,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return shapes;
}
