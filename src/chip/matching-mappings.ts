import type { LayerShape } from '../layer/shape.ts';
import type { Chip } from './chip.ts';
import { type ChipLayer, partShape } from './geometry.ts';
import { type GlbCounting, trafficTerms } from './glb-words.ts';
import { brokenChipLimits } from './limits.ts';
import type { ChipMapping } from './mapping.ts';
import type { MeasuredTraits } from './measured.ts';
import { filterGroups } from './schedule.ts';

/** What is looked for: mappings of a layer on a chip with what was measured, as a table counts traffic. */
interface Search {
  readonly chip: Chip;
  readonly layer: ChipLayer;
  readonly measured: MeasuredTraits;
  readonly counting: GlbCounting;
}

/**
 * The mappings that use the measured number of PEs and whose traffic is the measured one, as it is rounded, or else the
 * nearest. Of tile widths that make equally many tiles only the least is looked at.
 *
 * @returns undefined if no mapping uses so many PEs
 */
export function mappingsWithTraffic(
  search: Search,
): { readonly mappings: readonly ChipMapping[]; readonly glbWithin: number } | undefined {
  if (candidates(search, Number.POSITIVE_INFINITY).next().done) return undefined;
  let glbWithin = search.measured.glbRounding;
  for (;;) {
    const mappings = [...candidates(search, glbWithin)];
    if (mappings.length > 0) return { mappings, glbWithin };
    glbWithin = Math.max(glbWithin * 2, 1);
  }
}

/** The mappings that use the measured number of PEs, and move so many bytes, give or take `within`. */
function* candidates(
  { chip, layer, measured, counting }: Search,
  within: number,
): Generator<ChipMapping, undefined> {
  const shape = partShape(layer, chip.nativeShapes);
  const fits = (mapping: ChipMapping) => brokenChipLimits(chip, shape, mapping).length === 0;
  const tileWidths = [...new Set(upTo(shape.F).map((tiles) => Math.ceil(shape.F / tiles)))].reverse();
  const [fewest, most] = [-1, 1].map((sign) => (measured.glbBytes + sign * within) / 2) as [number, number];
  for (const { e, r, t } of setsOf(shape, measured.activePes)) {
    const smallest = { m: t, n: 1, e, p: 1, q: 1, r, t, f: 1 };
    if (!fits(smallest)) continue;
    const byGroups = filtersByGroups(chip, layer, t);
    for (let q = 1; fits({ ...smallest, q }); q++) {
      for (let n = 1; fits({ ...smallest, q, n }); n++) {
        for (const f of tileWidths) {
          const rest = { n, e, q, r, t, f };
          if (!fits({ ...smallest, ...rest })) break;
          const { psums, filters, ifmaps } = trafficTerms(layer, rest, counting, chip.nativeShapes);
          const fixed = psums + (counting.filters ? filters : 0);
          const last = Math.min((most - fixed) / ifmaps, byGroups.length - 1);
          for (let groups = Math.max(Math.ceil((fewest - fixed) / ifmaps), 1); groups <= last; groups++) {
            for (const { m, p } of byGroups[groups] ?? [])
              if (fits({ ...rest, m, p })) yield { ...rest, m, p };
          }
        }
      }
    }
  }
}

/** The ways to use so many PEs in r·t sets of R × e. */
const setsOf = ({ R, E, C }: LayerShape, pes: number) =>
  upTo(Math.min(E, pes)).flatMap((e) =>
    upTo(Math.min(C, pes)).flatMap((r) => {
      const t = pes / (R * e * r);
      return Number.isInteger(t) ? [{ e, r, t }] : [];
    }),
  );

/** m and p by the groups of filters that they make. */
function filtersByGroups(chip: Chip, layer: ChipLayer, t: number) {
  const { M } = partShape(layer, chip.nativeShapes);
  const byGroups: { m: number; p: number }[][] = [];
  for (const p of upTo(Math.min(chip.scratchpads.psumWords, Math.floor(M / t)))) {
    for (let m = p * t; m <= M; m++) {
      const groups = filterGroups(layer, { m, p, t }, chip.nativeShapes);
      const known = byGroups[groups];
      if (known) known.push({ m, p });
      else byGroups[groups] = [{ m, p }];
    }
  }
  return byGroups;
}

const upTo = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);
