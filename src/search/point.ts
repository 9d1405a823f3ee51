import type { Dataflow, Mapping } from '../dataflow/dataflow.ts';

/**
 * A mapping as the search holds it: an array of values in the order of the dataflow's parameters, and a view of
 * it in which the dataflow's own functions read them under the paper's letters. A record of its own per mapping
 * would spend most of the search in look-ups by name.
 */
export interface Point {
  readonly values: number[];
  readonly mapping: Mapping;
}

/** Makes the points of a dataflow from arrays of values. */
export type PointMaker = (values: number[]) => Point;

const makers = new WeakMap<Dataflow, PointMaker>();

/** One class of views per dataflow, so that its functions always see the same one. */
export function pointMaker(dataflow: Dataflow): PointMaker {
  const known = makers.get(dataflow);
  if (known !== undefined) return known;
  class View {
    declare readonly values: number[];
    constructor(values: number[]) {
      this.values = values;
    }
  }
  dataflow.parameters.forEach(({ name }, i) => {
    Object.defineProperty(View.prototype, name, {
      get(this: View) {
        return this.values[i];
      },
    });
  });
  const maker: PointMaker = (values) => ({ values, mapping: new View(values) as unknown as Mapping });
  makers.set(dataflow, maker);
  return maker;
}

/** The record that a point stands for. */
export const recordOf = (dataflow: Dataflow, { values }: Point): Mapping =>
  Object.fromEntries(dataflow.parameters.map(({ name }, i) => [name, values[i]!]));
