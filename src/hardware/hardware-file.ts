import { z } from 'zod';
import { InputError, type Problem } from '../input-error.ts';
import { formatYaml, readYaml } from '../yaml-file.ts';
import { type AreaCurve, EYERISS_AREA_CURVE } from './area.ts';
import { type EnergyCosts, EYERISS_ENERGY } from './energy.ts';
import { BASELINE_RF_BYTES, checkHardware, type Hardware, type Storage } from './hardware.ts';

/**
 * The accelerator that the text of a YAML or JSON file describes; what the file leaves out is as in the baseline of
 * Eyeriss, ISCA 2016.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or does not describe an accelerator, or
 * divides its storage in two ways at once.
 */
export function parseHardware(text: string, file: string): Hardware {
  return readYaml(text, file, hardwareSchema, hardwareFromSpec);
}

/** An accelerator as the text of a YAML file, which {@link parseHardware} makes the same accelerator of. */
export function formatHardware({ name, pes, wordBits, energy, storage, areaCurve }: Hardware): string {
  return formatYaml({ name, pes, wordBits, energy, ...specOf(storage), areaCurve }, hardwareSchema);
}

const bytes = (least: number) => z.int().min(least).max(1e12);

const cost = (level: keyof EnergyCosts, of: string) =>
  z.number().min(0).max(1e12).default(EYERISS_ENERGY[level]).describe(of);

const energySchema = z.strictObject({
  dram: cost('dram', 'External memory.'),
  glb: cost('glb', 'Global buffer (GLB).'),
  array: cost('array', 'From PE to PE.'),
  rf: cost('rf', 'Register file (RF) of a PE.'),
  alu: cost('alu', 'A MAC.'),
});

/** The form of a hardware file. */
export const hardwareSchema = z.strictObject({
  name: z.string().min(1).describe('What the accelerator is called in results.'),
  pes: z.int().min(1).max(1e6).default(256).describe('Processing elements (PEs), each of one MAC per cycle.'),
  wordBits: z
    .int()
    .min(1)
    .max(64)
    .default(16)
    .describe('Bits of a word: of a pixel, a weight and a psum alike.'),
  energy: energySchema.prefault({}).describe('Energy per access of one word, and of a MAC, in any one unit.'),
  rfBytes: bytes(0)
    .optional()
    .describe('Bytes of RF in each PE, for every dataflow. Default: what each needs.'),
  glbBytes: bytes(1).optional().describe('Bytes of GLB, for every dataflow; only with rfBytes.'),
  storageArea: z
    .number()
    .min(1)
    .max(1e12)
    .optional()
    .describe('Area that RFs and GLB share, in µm²: the GLB gets what the RFs of a dataflow leave.'),
  rfBytesPerPe: bytes(1)
    .optional()
    .describe(
      `Instead of storageArea: the area of RFs of so many bytes, and of a GLB as large as all; no size of an RF, which rfBytes is. Default: ${BASELINE_RF_BYTES}.`,
    ),
  areaCurve: z
    .array(z.tuple([bytes(1), z.number().min(0.001).max(1e9)]).meta({ title: '[bytes, µm² per byte]' }))
    .min(1)
    .optional()
    .describe('µm² per byte of a memory, by its size in bytes. Default: that of Eyeriss, in 65 nm.'),
});

type HardwareSpec = z.output<typeof hardwareSchema>;
type StorageSpec = Pick<HardwareSpec, (typeof STORAGE_KEYS)[number] | 'rfBytes'>;

/** What a file says about storage: one of these, and perhaps `rfBytes`. */
const STORAGE_KEYS = ['glbBytes', 'storageArea', 'rfBytesPerPe'] as const;

function hardwareFromSpec(spec: HardwareSpec): Hardware {
  const { name, pes, wordBits, energy, areaCurve = EYERISS_AREA_CURVE } = spec;
  const problems = [...storageProblems(spec), ...curveProblems(areaCurve)];
  if (problems.length > 0) throw new InputError(...problems);
  const hardware = { name, pes, wordBits, energy, storage: storageFromSpec(spec), areaCurve };
  try {
    checkHardware(hardware);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const key = STORAGE_KEYS.find((one) => spec[one] !== undefined) ?? 'pes';
    throw new InputError(...error.problems.map((problem) => ({ ...problem, path: [key] })));
  }
  return hardware;
}

function storageProblems(spec: StorageSpec): Problem[] {
  const [first, ...others] = STORAGE_KEYS.filter((key) => spec[key] !== undefined);
  const problem = (code: Problem['code'], key: keyof StorageSpec, allowed: string): Problem => {
    return { code, path: [key], found: spec[key], allowed };
  };
  const problems = others.map((key) =>
    problem('not-allowed', key, `one way to divide storage, which ${first} is already`),
  );
  if (first === undefined && spec.rfBytes !== undefined) {
    problems.push(problem('not-allowed', 'rfBytes', 'only next to glbBytes, storageArea or rfBytesPerPe'));
  }
  if (first === 'glbBytes' && spec.rfBytes === undefined) {
    problems.push(problem('missing', 'rfBytes', 'a size of the RFs, next to glbBytes'));
  }
  return problems;
}

function storageFromSpec({
  rfBytes,
  glbBytes,
  storageArea,
  rfBytesPerPe = BASELINE_RF_BYTES,
}: StorageSpec): Storage {
  if (glbBytes !== undefined && rfBytes !== undefined) return { divide: 'fixed', rfBytes, glbBytes };
  if (storageArea !== undefined) return { divide: 'area', area: storageArea, rfBytes };
  return { divide: 'baseline', rfBytesPerPe, rfBytes };
}

/** The keys that a storage comes from. */
function specOf(storage: Storage): StorageSpec {
  const { rfBytes } = storage;
  switch (storage.divide) {
    case 'fixed':
      return { rfBytes, glbBytes: storage.glbBytes };
    case 'area':
      return { rfBytes, storageArea: storage.area };
    case 'baseline':
      return { rfBytes, rfBytesPerPe: storage.rfBytesPerPe };
  }
}

function curveProblems(curve: AreaCurve): Problem[] {
  return curve.flatMap(([bytes], i) => {
    const before = curve[i - 1]?.[0] ?? 0;
    if (bytes > before) return [];
    const allowed = `more than the ${before} bytes of the point before`;
    return [{ code: 'not-allowed', path: ['areaCurve', i, 0], found: bytes, allowed }];
  });
}
