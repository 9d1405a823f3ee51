/**
 * Rowhouse: map, simulate and compare CNN accelerator dataflows. Everything here runs in a browser too.
 *
 * @packageDocumentation
 */

export {
  type AnalysisOptions,
  analysisSteps,
  analyze,
  analyzeLayer,
} from './analysis/analyze.ts';
export {
  type LimitUse,
  type MappingByHand,
  mappingByHand,
  type Optimum,
  type ParameterByHand,
} from './analysis/by-hand.ts';
export { type CurvePiece, energyAt } from './analysis/cost-curve.ts';
export { energyOf } from './analysis/energy.ts';
export type { MappingCost } from './analysis/mapping-cost.ts';
export type {
  AnalysisResult,
  DataflowResult,
  Energy,
  FeasibleLayer,
  Infeasibility,
  InfeasibleLayer,
  LayerResult,
  NetworkTotal,
} from './analysis/result.ts';
export {
  type CostRange,
  type CostRangeOptions,
  type CostSample,
  type CostSweep,
  sweepCost,
  type UncertaintyOptions,
  varyCosts,
} from './analysis/uncertainty.ts';
export { type BestChipMapping, bestChipMapping } from './chip/best-mapping.ts';
export { type Chip, EYERISS_CHIP } from './chip/chip.ts';
export { chipSchema, formatChip, parseChip } from './chip/chip-file.ts';
export { type MappingChoice, parseMapping } from './chip/choose-mapping.ts';
export { drawnRun } from './chip/drawn-run.ts';
export { type Film, PE_STATES, type PeState } from './chip/film.ts';
export { CAUSES, type Cause, type Comparison } from './chip/framework.ts';
export { type ChipLayer, chipLayer, partShape } from './chip/geometry.ts';
export {
  type JourneyStop,
  type PassList,
  type WordJourney,
  wordJourney,
} from './chip/journey.ts';
export { type PassEvent, type PassJourney, passJourney } from './chip/journey-in-pass.ts';
export type { LayerWord, StopName } from './chip/journey-stops.ts';
export { type BrokenChipLimit, brokenChipLimits } from './chip/limits.ts';
export type { ChipMapping } from './chip/mapping.ts';
export {
  MEASURED_ALEXNET,
  MEASURED_VGG_16,
  type MeasuredLayer,
  type MeasuredNetwork,
} from './chip/measured.ts';
export {
  type Activity,
  type ChipPower,
  chipMilliwatts,
  dramMilliwatts,
  EYERISS_POWER,
} from './chip/power.ts';
export { PUBLISHED_ALEXNET, type PublishedMapping } from './chip/published.ts';
export { decode, EYERISS_RLC, encode, type RlcConfig } from './chip/rlc.ts';
export {
  type Detail,
  type SimulatedLayer,
  type SimulationOptions,
  type SimulationResult,
  simulate,
  simulationSteps,
} from './chip/simulation.ts';
export { type PeSnapshot, type Snapshot, scratchpadWords } from './chip/snapshot.ts';
export { openStage, type Stage, type StagePass, type StagePlan } from './chip/stage.ts';
export { type TraceEvent, traceText } from './chip/trace.ts';
export { countAccesses } from './dataflow/counts.ts';
export {
  type BrokenLimit,
  brokenLimits,
  type Dataflow,
  type Limit,
  type LimitName,
  type Mapping,
  type Parameter,
} from './dataflow/dataflow.ts';
export { noLocalReuse } from './dataflow/no-local-reuse.ts';
export { outputStationaryA } from './dataflow/output-stationary-a.ts';
export { outputStationaryB } from './dataflow/output-stationary-b.ts';
export { outputStationaryC } from './dataflow/output-stationary-c.ts';
export { DATAFLOWS } from './dataflow/registry.ts';
export { inputEnergy, psumEnergy, type ReuseFactors, reuseFactors } from './dataflow/reuse.ts';
export { rowStationary } from './dataflow/row-stationary.ts';
export { weightStationary } from './dataflow/weight-stationary.ts';
export { type AreaCurve, area, EYERISS_AREA_CURVE } from './hardware/area.ts';
export {
  DATA_TYPES,
  type DataType,
  type EnergyCosts,
  EYERISS_ENERGY,
  LEVELS,
  type Level,
  type PerLevelAndData,
} from './hardware/energy.ts';
export {
  eyerissBaseline,
  type Hardware,
  type Storage,
  type StorageSizes,
  storageFor,
} from './hardware/hardware.ts';
export { formatHardware, hardwareSchema, parseHardware } from './hardware/hardware-file.ts';
export {
  EYERISS_CHIP_SIZES,
  findPreset,
  HARDWARE_PRESETS,
  type HardwarePreset,
  hardwarePreset,
} from './hardware/presets.ts';
export { describeProblem, InputError, type Position, type Problem } from './input-error.ts';
export { BUILTIN_NETWORKS, type BuiltinNetwork, builtinNetwork } from './layer/builtin.ts';
export { type Coverage, isComplete, type NodeReport, type UnsupportedNode } from './layer/coverage.ts';
export {
  type ConvLayer,
  type FcLayer,
  type FmapSize,
  type Layer,
  type LayerSpec,
  layerFromSpec,
  type Network,
  type NetworkSpec,
  networkFromSpec,
  ofmapSize,
  outputSize,
  type Padding,
  type Pair,
  type PoolLayer,
} from './layer/layer.ts';
export { parseMaestro } from './layer/neighbours/maestro.ts';
export { networkFromText } from './layer/neighbours/network-text.ts';
export type { NetworkReading } from './layer/neighbours/reading.ts';
export { parseTopology } from './layer/neighbours/scalesim.ts';
export { scalesimTopology } from './layer/neighbours/scalesim-export.ts';
export { networkFromProblems, type ProblemFile } from './layer/neighbours/timeloop.ts';
export { timeloopProblems } from './layer/neighbours/timeloop-export.ts';
export { formatNetwork, networkSchema, parseNetwork } from './layer/network-file.ts';
export type { ExternalFiles } from './layer/onnx/external.ts';
export { type OnnxNetwork, type OnnxOptions, parseOnnx } from './layer/onnx/network.ts';
export { selectLayers } from './layer/select.ts';
export { type Dimension, type LayerShape, layerShape } from './layer/shape.ts';
export {
  type CountedLayer,
  type CountedNetwork,
  counted,
  type NetworkTotals,
  networkTotals,
  type Totals,
} from './layer/totals.ts';
export {
  type AccessEnergy,
  type Architecture,
  type Bandwidth,
  type Fanout,
  type MemoryLevel,
  macUnits,
} from './loopnest/architecture.ts';
export { checkConstraints } from './loopnest/check-constraints.ts';
export { checkMapping, FACTORS, type Factors } from './loopnest/check-mapping.ts';
export {
  type Constraints,
  type FactorRule,
  type LevelRules,
  type LoopRules,
  NO_CONSTRAINTS,
  type RulePath,
  type TemporalRules,
} from './loopnest/constraints.ts';
export {
  type ConventionDifference,
  conventionDifferences,
  DIFFERENCE_CAUSES,
  type DifferenceCause,
} from './loopnest/conventions.ts';
export type { Accesses } from './loopnest/counts.ts';
export {
  keepable,
  type LoopAddress,
  type LoopKind,
  type LoopPlace,
  moveLoop,
  normalForm,
  partsOf,
  placesFor,
  setKeep,
  splitLoop,
} from './loopnest/edit.ts';
export {
  type EvaluateOptions,
  evaluateNest,
  type NestEnergy,
  type NestEvaluation,
} from './loopnest/evaluate.ts';
export {
  architectureSchema,
  formatArchitecture,
  parseArchitecture,
} from './loopnest/files/architecture-file.ts';
export { constraintsSchema, formatConstraints, parseConstraints } from './loopnest/files/constraints-file.ts';
export {
  formatMapping as formatLoopMapping,
  mappingSchema as loopMappingSchema,
  parseMapping as parseLoopMapping,
} from './loopnest/files/mapping-file.ts';
export { formatProblem, parseProblem, problemSchema } from './loopnest/files/problem-file.ts';
export {
  compareVector,
  parseVectors,
  type Vector,
  type VectorDifference,
} from './loopnest/files/vectors-file.ts';
export type { BrokenNestLimit } from './loopnest/limits.ts';
export { mapNest, mapSteps } from './loopnest/map.ts';
export { type MapNetworkOptions, mapNetwork, mapNetworkSteps, problemsOf } from './loopnest/map-network.ts';
export {
  type FoundNest,
  type MapOptions,
  type MappedLayer,
  NEST_OBJECTIVES,
  type NestObjective,
  type NestOutcome,
  type NestSearchReport,
  type NetworkMapping,
  type NoNest,
} from './loopnest/map-result.ts';
export type { LevelMapping, Loop, LoopMapping } from './loopnest/mapping.ts';
export { mappingCode, mappingFromCode } from './loopnest/mapping-code.ts';
export type { NestPreset } from './loopnest/presets/preset.ts';
export {
  ARCHITECTURE_PRESET_NAMES,
  ARCHITECTURE_PRESETS,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  CONSTRAINTS_PRESETS,
  constraintsPreset,
} from './loopnest/presets.ts';
export {
  type Axis,
  type ConvolutionSizes,
  convolution,
  type LoopProblem,
  macsOf,
  matrixProduct,
  type PerTensor,
  problemOfLayer,
  TENSORS,
  type Tensor,
  type Term,
} from './loopnest/problem.ts';
export { timeloopArchitecture, timeloopEnergyTable } from './loopnest/timeloop/architecture-export.ts';
export { timeloopMapping } from './loopnest/timeloop/mapping-export.ts';
export { timeloopProblem } from './loopnest/timeloop/problem-export.ts';
export { readTimeloop, type TimeloopReading } from './loopnest/timeloop/reading.ts';
export type { TimeloopFile } from './loopnest/timeloop/timeloop-file.ts';
export { CONVENTIONS, type Convention } from './loopnest/walk.ts';
export {
  type ComparedCount,
  compareWithNest,
  type InBothModels,
  type NestComparison,
  type NestComparisonOptions,
} from './paper/closed-forms/closed-forms.ts';
export { NEST_CAUSES, type NestCause } from './paper/closed-forms/schedule.ts';
export { type Compare, comparing, type Setup } from './paper/compare.ts';
export { figureCsv, figureData } from './paper/data.ts';
export { EQUATIONS, type Equation, type EquationName } from './paper/equations.ts';
export type { Figure, FigureResult } from './paper/figure.ts';
export { FIGURES } from './paper/registry.ts';
export { paperReport } from './paper/report.ts';
export { figureSteps, runFigures } from './paper/run.ts';
export { printsAs, type Statement } from './paper/statement.ts';
export { ANALYSIS_COLUMNS, analysisCsv, analysisData } from './report/analysis-data.ts';
export { analysisChart, type ChartOptions, layersChart, layersCharts, networkChart } from './report/chart.ts';
export { darkChart } from './report/chart-style.ts';
export { tableCsv } from './report/csv.ts';
export type { ColumnOf, ColumnType, DataColumn, DataTable, Value } from './report/data-table.ts';
export { headline } from './report/headline.ts';
export { analysisHtml } from './report/html.ts';
export { LAYER_COLUMNS, layersData } from './report/layers-data.ts';
export { type Against, againstBest, type NestAgainstBest } from './report/nest-against-best.ts';
export { NEST_COLUMNS, nestData } from './report/nest-data.ts';
export {
  type DrawnLevel,
  type DrawnLoop,
  type DrawnTensor,
  type NestDrawing,
  nestDrawing,
} from './report/nest-drawing.ts';
export { type NestEvaluationOptions, nestEvaluationText } from './report/nest-evaluation.ts';
export { EVALUATION_COLUMNS, evaluationData } from './report/nest-evaluation-data.ts';
export { nestPicture } from './report/nest-picture.ts';
export { type NestTableOptions, nestTable } from './report/nest-table.ts';
export { nestText } from './report/nest-text.ts';
export { type MappedNetwork, nestsOf, type ShownNest } from './report/nest-view.ts';
export { NETWORK_COLUMNS, networksData } from './report/networks-data.ts';
export { NODE_COLUMNS, nodesData } from './report/nodes-data.ts';
export { tableParquet } from './report/parquet.ts';
export { renderSvg } from './report/render.ts';
export { runChart } from './report/run-chart.ts';
export { RUN_COLUMNS, runData } from './report/run-data.ts';
export { type RunHtmlOptions, runHtml } from './report/run-html.ts';
export { runTable } from './report/run-table.ts';
export { SIMULATION_COLUMNS, simulationData } from './report/simulation-data.ts';
export {
  analysisTable,
  layersTable,
  type NetworkRow,
  networksTable,
  type TableOptions,
} from './report/table.ts';
export type { BatchScores, Checkpoint, CheckpointTensor } from './run/checkpoint.ts';
export { type TopOptions, topClasses } from './run/classify.ts';
export { dequantiseAll, fractionBitsFor, quantise, quantiseAll } from './run/fixed-point.ts';
export { layerFormat, type Ranges } from './run/format.ts';
export { type HostRuntime, type HostSession, type HostTensor, runtimeName } from './run/host.ts';
export { type KnownClasses, readClasses, readLabels } from './run/labels.ts';
export { type ModelInput, type RunnableModel, readModel } from './run/model.ts';
export { type Picture, readPicture } from './run/picture.ts';
export { MOST_PIXELS, type Pixels } from './run/pixels.ts';
export {
  type ChipStep,
  chipSteps,
  classesOf,
  type HostStep,
  type Plan,
  type PlanOptions,
  planRun,
  type Step,
} from './run/plan.ts';
export { type ImageShape, preprocess } from './run/preprocess.ts';
export {
  type Colors,
  DEFAULT_PROCESSING,
  type Fit,
  type InputProcessing,
  type Layout,
  type OutputProcessing,
  type PerChannel,
  type Processing,
} from './run/processing.ts';
export { parseProcessing, processingSchema } from './run/processing-file.ts';
export type {
  Classification,
  ClassifiedImage,
  ClassScore,
  Fmap,
  HostNode,
  LayerFormat,
  Noise,
  NoiseLimit,
  Power,
  RanLayer,
  RunResult,
  RunTotal,
} from './run/result.ts';
export {
  type ClassOptions,
  type ImageSource,
  type RunOptions,
  type RunOutcome,
  runNetwork,
  runSteps,
} from './run/run.ts';
export { runTrace } from './run/run-trace.ts';
export { syntheticImage, syntheticModel } from './run/synthetic-model.ts';
export { type Floats, readFloats } from './run/tensor.ts';
export { OBJECTIVES, type Objective } from './search/objective.ts';
export {
  findBestMapping,
  type SearchOptions,
  type SearchOutcome,
  type SearchReport,
} from './search/search.ts';
export type { Progress } from './steps.ts';
export { npyOf } from './tensor-file/npy.ts';
