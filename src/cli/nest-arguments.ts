/** What flags of `rowhouse map` and `rowhouse evaluate` take. */

/** What `--hardware` takes, where it is an architecture. */
export const ARCHITECTURE_ARGUMENT =
  'a .yaml file, files of Timeloop with commas, or a preset: see rowhouse hardware (default: eyeriss-like-256)';

/** What the machine is whose nests are mapped. */
export const DEFAULT_ARCHITECTURE = 'eyeriss-like-256';

/** What `--problem` takes. */
export const PROBLEM_ARGUMENT =
  'a .yaml file, a problem of Timeloop, or a layer of a network: alexnet:CONV3, model.onnx:conv1';

/** What `--mapping` takes. */
export const MAPPING_ARGUMENT = 'a .yaml file, a result of rowhouse map as .json, or a mapping of Timeloop';
