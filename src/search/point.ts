import type { Dataflow, Mapping } from '../dataflow/dataflow.ts';

/**
 * A mapping as the search holds it: an array of values in the order of the dataflow's parameters, which the dataflow's own functions
 * read under the paper's letters. Plain records would spend most of the search in look-ups by name.
 */
export interface Point extends Mapping {
  readonly values: number[];
}

/** Makes the points of a dataflow from arrays of values. */
export type PointMaker = (values: number[]) => Point;

const makers = new WeakMap<Dataflow, PointMaker>();

/** One class of points per dataflow, so that its functions always see the same one. */
export function pointMaker(dataflow: Dataflow): PointMaker {
  const known = makers.get(dataflow);
  if (known !== undefined) return known;
  class PointOfDataflow {
    declare readonly values: number[];
    constructor(values: number[]) {
      this.values = values;
    }
  }
  dataflow.parameters.forEach(({ name }, i) => {
    Object.defineProperty(PointOfDataflow.prototype, name, {
      get(this: PointOfDataflow) {
        return this.values[i];
      },
    });
  });
  const maker = (values: number[]) => new PointOfDataflow(values) as unknown as Point;
  makers.set(dataflow, maker);
  return maker;
}

/** The record that a point stands for. */
export const mappingOf = (dataflow: Dataflow, { values }: Point): Mapping =>
  Object.fromEntries(dataflow.parameters.map(({ name }, i) => [name, values[i]!]));
