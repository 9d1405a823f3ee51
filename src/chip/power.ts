/**
 * What a chip takes for what it does: two constants, the same for all layers. The energy of a layer on the chip is
 * `picojoulesPerUnit` × its energy in units without that of the DRAM + `picojoulesPerCycle` × cycles.
 */
export interface ChipPower {
  /** Of a unit of the cost table `EYERISS_ENERGY`: a 16-bit MAC, or an access to an RF. */
  readonly picojoulesPerUnit: number;
  /** Of what runs in every cycle, with work or without: the clock network above all. The same at another clock. */
  readonly picojoulesPerCycle: number;
  /** Where these numbers come from. */
  readonly source: string;
}

/**
 * The fabricated chip, at 1 V. Fitted to the milliwatts that were measured of the five CONV layers of AlexNet, in the
 * published mappings and at 200 MHz (JSSC 2017, Table V): least squares of the deviations in percent, with units as
 * simulated at the measured zeros, and the cycles of the whole latency that was measured, as the clock runs while the chip
 * waits for the DRAM. Of the 1.895 pJ and 617 pJ that come out, no more than two digits are kept: without one of the
 * layers it would be 1.8 to 2.0 pJ and 560 to 690 pJ.
 *
 * It meets these layers within 9 %. Of VGG-16, which was not fitted, all 13 layers come out too low, by 5 to 32 %, and the
 * more so the less the PEs have to do (docs/chip.md).
 *
 * From elsewhere: in 45 nm and at 0.9 V, a multiplication takes 0.2 pJ in 8 bits and 3.1 pJ in 32, so 0.8 pJ in 16, and
 * an addition in 16 bits 0.05 pJ (Horowitz, "Computing's energy problem", ISSCC 2014, Fig. 1.1.9). In proportion to the
 * size of the structures and to the square of the voltage, a MAC in 65 nm and at 1 V takes 1.5 pJ.
 */
export const EYERISS_POWER: ChipPower = {
  picojoulesPerUnit: 1.9,
  picojoulesPerCycle: 620,
  source: 'fitted to AlexNet on Eyeriss; a lower bound where PEs mostly wait',
};

/** What was done in a while. */
export interface Activity {
  /** Energy of what the chip did, in units, without that of the DRAM. */
  readonly units: number;
  /** Of the core clock, those in which the chip waits for the DRAM among them: `milliseconds` × its clock. */
  readonly cycles: number;
  readonly milliseconds: number;
}

/** What a chip takes on average, in mW, without the DRAM. */
export const chipMilliwatts = (
  { units, cycles, milliseconds }: Activity,
  { picojoulesPerUnit, picojoulesPerCycle }: ChipPower,
): number => milliwatts(picojoulesPerUnit * units + picojoulesPerCycle * cycles, milliseconds);

/**
 * What the DRAM takes on average, in mW, for the words that it moves. It is off the chip, and in no power that was
 * measured: its units are the cost table's, 200 for a word, which makes 380 pJ of 16 bits. (Horowitz gives 1.3 to 2.6 nJ
 * for 64 bits: 325 to 650 pJ for 16.)
 *
 * @param activity.units energy of the DRAM alone
 */
export const dramMilliwatts = (
  { units, milliseconds }: Pick<Activity, 'units' | 'milliseconds'>,
  { picojoulesPerUnit }: Pick<ChipPower, 'picojoulesPerUnit'>,
): number => milliwatts(picojoulesPerUnit * units, milliseconds);

/** 1 pJ in 1 ms is 10^-6 mW. */
const milliwatts = (picojoules: number, milliseconds: number): number => picojoules / milliseconds / 1e6;
