import type { TemporalRules } from '../constraints.ts';
import type { View } from './view.ts';

/**
 * The orders of the loops in time of one level that can differ in cost, innermost loop first.
 *
 * An order matters to a tensor only through the innermost run of loops that do not move it, and, where its tiles may
 * overlap, through the loops up to the first that moves it along an axis by whole tiles. Once that is settled for every
 * tensor, the loops further out may stand in any order; and where it is open for one tensor alone, all loops that do not
 * move that tensor had better come next.
 */
export class Orders {
  private readonly view: View;
  private readonly rules: readonly (TemporalRules | undefined)[];
  private readonly known = new Map<number, readonly (readonly number[])[]>();

  constructor(view: View, rules: readonly (TemporalRules | undefined)[]) {
    this.view = view;
    this.rules = rules;
  }

  /** @param loops the dimensions that have a loop, a bit for each */
  of(level: number, loops: number): readonly (readonly number[])[] {
    const key = loops * this.rules.length + level;
    let orders = this.known.get(key);
    if (orders === undefined) {
      orders = this.list(this.rules[level], loops);
      this.known.set(key, orders);
    }
    return orders;
  }

  private list(rules: TemporalRules | undefined, loops: number): number[][] {
    const { letters, tensors } = this.view;
    const dimensions = letters.map((_, k) => k).filter((k) => (loops >> k) & 1);
    const isInner = (k: number) => rules?.innermost?.includes(letters[k]!) ?? false;
    const place = (k: number) => rules?.order?.indexOf(letters[k]!) ?? -1;
    const found: number[][] = [];

    /** Whether loop k may come next, outside those that have a place. */
    const mayFollow = (k: number, rest: readonly number[]) =>
      (isInner(k) || !rest.some(isInner)) &&
      (place(k) < 0 || rest.every((other) => place(other) <= place(k)));

    const extend = (order: number[], rest: readonly number[]) => {
      const open = tensors.filter(({ axisOf, isShared, slides }) => {
        const moving = order.filter((k) => axisOf[k]! >= 0);
        const isSettled = slides
          ? moving.some((k) => !isShared[axisOf[k]!])
          : moving.length > 0 || rest.every((k) => axisOf[k]! >= 0);
        return !isSettled;
      });
      let next = rest.filter((k) => mayFollow(k, rest));
      const [only, ...others] = open;
      if (only === undefined) next = next.slice(0, 1);
      else if (others.length === 0 && !only.slides) {
        const standing = next.filter((k) => only.axisOf[k]! < 0);
        if (standing.length > 0) next = standing.slice(0, 1);
      }
      if (rest.length === 0) found.push(order);
      for (const k of next) {
        extend(
          [...order, k],
          rest.filter((other) => other !== k),
        );
      }
    };
    extend([], dimensions);
    return found;
  }
}
