import { InputError } from '../input-error.ts';
import type { Progress } from '../steps.ts';
import { type ArrayConfig, pesOf } from './chip.ts';
import { type Configuration, configure } from './configuration.ts';
import { type Film, filmPass } from './film.ts';
import { passInCycle } from './film-summary.ts';
import type { ChipLayer } from './geometry.ts';
import { type BankUse, Glb } from './glb.ts';
import { activePesOf, type GlbFills, type LayerRun } from './layer.ts';
import { fillsOf, type KnownPasses, type LayerTiming, timeLayer, trafficOf } from './layer-passes.ts';
import type { ChipMapping } from './mapping.ts';
import { PeArray } from './pass.ts';
import { drainPsums, passData, psumsAfterLast, psumsBefore, writeStrips } from './pass-words.ts';
import type { Placement } from './placement.ts';
import type { RunningPass } from './running-pass.ts';
import type { Pass, PassKind } from './schedule.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { Span } from './spans.ts';
import type { DramTraffic } from './traffic.ts';
import { type Waterfall, waterfall } from './waterfall.ts';

/** The most states that a film shows, each of a PE in a cycle: as many bytes. */
const MOST_STATES = 2 ** 26;

/** A layer on the array, as far as it is known without its words. */
export interface StagePlan {
  readonly layer: ChipLayer;
  readonly mapping: ChipMapping;
  readonly array: ArrayConfig;
  /** Which set each PE belongs to. */
  readonly placement: Placement;
  /** What each bank for feature maps is for, and the words of the GLB's banks by what they hold. */
  readonly banks: readonly BankUse[];
  readonly glbWords: GlbContents;
  /** PEs that compute in a pass that is not at an edge. */
  readonly activePes: number;
  /** Of the layer. */
  readonly passes: number;
  readonly cycles: number;
  readonly waterfall: Waterfall;
  readonly kinds: readonly StageKind[];
  /** Of each pass: its place among the kinds, and the cycle of the layer with which it begins. */
  readonly kindOf: Uint32Array;
  readonly starts: Float64Array;
  /** The most cycles that a film can show. */
  readonly mostShown: number;
}

/** What passes of one kind have in common. */
export interface StageKind {
  readonly kind: PassKind;
  /** How many there are. */
  readonly passes: number;
  /** Of one. */
  readonly cycles: number;
  readonly filterCycles: number;
  readonly waterfall: Waterfall;
}

/** One pass of a layer. */
export interface StagePass extends Omit<Pass, 'kind' | 'key'> {
  readonly index: number;
  /** Place among the kinds. */
  readonly kind: number;
  /** The cycle of the layer with which it begins, and how many it takes. */
  readonly start: number;
  readonly cycles: number;
  /** Words in the GLB during the pass; biases that come with the filters among them. */
  readonly glb: GlbContents;
  /** Words between the GLB and the DRAM side, before it and behind it. */
  readonly fills: GlbFills;
}

/** Words in the GLB, or room for them. */
export interface GlbContents {
  readonly ifmap: number;
  readonly psum: number;
  readonly filter: number;
}

/**
 * Sets a layer up on the array, to be looked at pass by pass. Each kind of pass is run once.
 *
 * @param known passes that the chip has run before; those that are new are added
 */
export function* openStage(run: LayerRun, known?: KnownPasses): Generator<Progress, Stage> {
  const timing = yield* timeLayer(run.chip, run.layer, run.mapping, { known });
  return new Stage(run, timing);
}

/** A layer on the array. Any pass can be run by itself, on the words that it has in the layer. */
export class Stage {
  readonly plan: StagePlan;
  private readonly run: LayerRun;
  private readonly configuration: Configuration;
  private readonly passes: readonly Pass[];
  /** The pass that was last looked at, which can go on from there. */
  private current: { readonly index: number; readonly running: RunningPass; snapshot: Snapshot } | undefined;
  private ofmap: Int16Array | undefined;

  constructor(run: LayerRun, timing: LayerTiming) {
    this.run = run;
    this.configuration = configure(run.chip, run.layer, run.mapping, run.truncation);
    this.passes = timing.passes;
    this.plan = planOf(run, this.configuration, timing);
  }

  /**
   * A pass as the schedule has it.
   *
   * @throws InputError if there is no such pass.
   */
  passAt(index: number): Pass {
    refuseOutside('pass', index, 0, this.passes.length - 1);
    return this.passes[index]!;
  }

  /**
   * One pass of the layer.
   *
   * @throws InputError if there is no such pass.
   */
  pass(index: number): StagePass {
    const pass = this.passAt(index);
    const { key, kind: _, ...spans } = pass;
    const { layer, words } = this.run;
    const { kinds, kindOf, starts } = this.plan;
    const kind = kindOf[index]!;
    // What a pass would bring with it if nothing were there yet
    const { ifmap, psum, filter } = fillsOf(layer, [{ ...pass, loadsIfmaps: true, loadsPsums: true }], words);
    return {
      ...spans,
      index,
      kind,
      start: starts[index]!,
      cycles: kinds[kind]!.cycles,
      glb: { ifmap, psum, filter },
      fills: fillsOf(layer, [pass], words),
    };
  }

  /**
   * The pass that runs in a cycle of the layer, and the cycle of the pass.
   *
   * @throws InputError if the layer has no such cycle.
   */
  find(cycle: number): { readonly pass: number; readonly cycle: number } {
    const { starts, cycles } = this.plan;
    refuseOutside('cycle', cycle, 0, cycles - 1);
    const pass = passInCycle(this.plan, cycle);
    return { pass, cycle: cycle - starts[pass]! };
  }

  /**
   * What goes between DRAM and chip for a pass, and how it is coded.
   *
   * @throws InputError if there is no such pass.
   */
  dram(index: number): DramTraffic {
    const pass = this.passAt(index);
    this.ofmap ??= new Int16Array(this.run.layer.shape.ofmaps);
    if (pass.drains === 'ofmap') drainPsums(this.run, pass, psumsAfterLast(this.run, pass), this.ofmap);
    return trafficOf(this.run, [pass], this.ofmap);
  }

  /**
   * What every PE does in every cycle of a pass.
   *
   * @param shown Default: all cycles of the pass.
   * @throws InputError if there is no such pass, it has no such cycles, or they are too many for a film.
   */
  film(index: number, shown?: Span): Film {
    const { cycles } = this.pass(index);
    const { start, count } = shown ?? { start: 0, count: cycles };
    const { mostShown } = this.plan;
    if (shown) {
      refuseOutside('start', start, 0, cycles - 1);
      refuseOutside('count', count, 1, cycles - start);
    }
    if (count > mostShown) {
      const allowed = `at most ${mostShown} cycles of this array at a time: a part of the pass`;
      throw new InputError({ code: 'out-of-range', path: ['count'], found: count, allowed });
    }
    return filmPass(this.begin(index), this.run.chip.array, { start, count });
  }

  /**
   * What is in the array at the end of a cycle of a pass. Going on to later cycles of the same pass takes least.
   *
   * @throws InputError if there is no such pass, or it has no such cycle.
   */
  snapshot(index: number, cycle: number): Snapshot {
    refuseOutside('cycle', cycle, 0, this.pass(index).cycles - 1);
    if (this.current?.index === index && this.current.snapshot.cycle === cycle) return this.current.snapshot;
    const goesOn = this.current?.index === index && this.current.running.cycle <= cycle;
    const running = goesOn ? this.current!.running : this.begin(index);
    while (running.cycle < cycle) running.step();
    const snapshot = snapshotOf(this.run.layer, this.passAt(index), running);
    this.current = { index, running, snapshot };
    return snapshot;
  }

  private begin(index: number): RunningPass {
    const pass = this.passAt(index);
    const glb = new Glb(this.run.chip.glb, this.configuration.banks);
    writeStrips(this.run, pass, glb.ifmaps);
    glb.psums.set(psumsBefore(this.run, pass));
    return new PeArray(this.configuration).begin(pass.kind, pass.key, passData(this.run, pass, glb));
  }
}

function planOf(
  { chip, layer, mapping }: LayerRun,
  { placement, banks }: Configuration,
  { passes, counts, kinds }: LayerTiming,
): StagePlan {
  const pes = pesOf(chip);
  const activePes = activePesOf(layer, mapping);
  const keys = [...kinds.keys()];
  const places = new Map(keys.map((key, i) => [key, i]));
  const kindOf = Uint32Array.from(passes, ({ key }) => places.get(key)!);
  const starts = new Float64Array(passes.length);
  const numbers = keys.map(() => 0);
  let cycles = 0;
  for (const [i, { key }] of passes.entries()) {
    starts[i] = cycles;
    cycles += kinds.get(key)!.cycles;
    numbers[kindOf[i]!]!++;
  }
  const { banks: _, bankWords, filterBanks } = chip.glb;
  const wordsOf = (use: BankUse) => banks.filter((bank) => bank === use).length * bankWords;
  return {
    layer,
    mapping,
    array: chip.array,
    placement,
    banks,
    glbWords: { ifmap: wordsOf('ifmap'), psum: wordsOf('psum'), filter: filterBanks * bankWords },
    activePes,
    passes: passes.length,
    cycles,
    waterfall: waterfall(counts, pes, activePes),
    kinds: [...kinds].map(([key, counts], i) => ({
      kind: passes.find((pass) => pass.key === key)!.kind,
      passes: numbers[i]!,
      cycles: counts.cycles,
      filterCycles: counts.filterCycles,
      waterfall: waterfall(counts, pes, activePes),
    })),
    kindOf,
    starts,
    mostShown: Math.floor(MOST_STATES / pes),
  };
}

function refuseOutside(name: string, found: number, least: number, most: number): void {
  if (Number.isInteger(found) && found >= least && found <= most) return;
  throw new InputError({
    code: 'out-of-range',
    path: [name],
    found,
    allowed: `a whole number from ${least} to ${most}`,
  });
}
