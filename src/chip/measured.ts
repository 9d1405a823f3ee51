/**
 * What was measured of a layer on the chip, at 1 V, with the core at 200 MHz and the link at 60 MHz: Chen, Krishna, Emer
 * and Sze, JSSC 52(1), 2017, Tables V and VI.
 */
export interface MeasuredLayer {
  readonly milliwatts: number;
  readonly totalLatencyMs: number;
  readonly processingLatencyMs: number;
  readonly gigaMacs: number;
  readonly activePes: number;
  /** Zeros among the words of the ifmap. */
  readonly zerosPercent: number;
  readonly glbMegabytes: number;
  readonly dramMegabytes: number;
}

/** A network that was measured. */
export interface MeasuredNetwork {
  readonly batch: number;
  /** Bytes of a megabyte in the column of GLB traffic. */
  readonly bytesPerGlbMegabyte: number;
  readonly framesPerSecond: number;
  readonly milliwatts: number;
  readonly layers: Readonly<Record<string, MeasuredLayer>>;
}

const layer = (
  milliwatts: number,
  totalLatencyMs: number,
  processingLatencyMs: number,
  gigaMacs: number,
  activePes: number,
  zerosPercent: number,
  glbMegabytes: number,
  dramMegabytes: number,
): MeasuredLayer => ({
  milliwatts,
  totalLatencyMs,
  processingLatencyMs,
  gigaMacs,
  activePes,
  zerosPercent,
  glbMegabytes,
  dramMegabytes,
});

/** JSSC 2017, Table V. */
export const MEASURED_ALEXNET: MeasuredNetwork = {
  batch: 4,
  bytesPerGlbMegabyte: 1e6,
  framesPerSecond: 34.7,
  milliwatts: 278,
  layers: {
    CONV1: layer(332, 20.9, 16.5, 0.42, 154, 0.01, 18.5, 5.0),
    CONV2: layer(288, 41.9, 39.2, 0.9, 135, 38.7, 77.6, 4.0),
    CONV3: layer(266, 23.6, 21.8, 0.6, 156, 72.5, 50.2, 3.0),
    CONV4: layer(235, 18.4, 16.0, 0.45, 156, 79.3, 37.4, 2.1),
    CONV5: layer(236, 10.5, 10.0, 0.3, 156, 77.6, 24.9, 1.3),
  },
};

/** JSSC 2017, Table VI. Its GLB column is in 2^20 bytes: in 10^6, the psums of CONV1-2 alone would exceed it. */
export const MEASURED_VGG_16: MeasuredNetwork = {
  batch: 3,
  bytesPerGlbMegabyte: 2 ** 20,
  framesPerSecond: 0.7,
  milliwatts: 236,
  layers: {
    'CONV1-1': layer(247, 76.2, 38.0, 0.26, 156, 1.6, 112.6, 15.4),
    'CONV1-2': layer(218, 910.3, 810.6, 5.55, 156, 47.7, 2402.8, 54.0),
    'CONV2-1': layer(242, 470.3, 405.3, 2.77, 156, 24.8, 1201.4, 33.4),
    'CONV2-2': layer(231, 894.3, 810.8, 5.55, 156, 38.7, 2402.8, 48.5),
    'CONV3-1': layer(254, 241.1, 204.0, 2.77, 156, 39.7, 607.4, 20.2),
    'CONV3-2': layer(235, 460.9, 408.1, 5.55, 156, 58.1, 1214.8, 32.2),
    'CONV3-3': layer(233, 457.7, 408.1, 5.55, 156, 58.7, 1214.8, 30.8),
    'CONV4-1': layer(278, 135.8, 105.1, 2.77, 168, 64.3, 321.8, 17.8),
    'CONV4-2': layer(261, 254.8, 210.0, 5.55, 168, 74.7, 643.7, 28.6),
    'CONV4-3': layer(240, 246.3, 210.0, 5.55, 168, 85.4, 643.7, 22.8),
    'CONV5-1': layer(258, 54.3, 48.3, 1.39, 168, 79.4, 90.0, 6.3),
    'CONV5-2': layer(236, 53.7, 48.5, 1.39, 168, 87.4, 90.0, 5.7),
    'CONV5-3': layer(230, 53.7, 48.5, 1.39, 168, 88.5, 90.0, 5.6),
  },
};

/** What is known of a layer. */
export interface MeasuredTraits {
  /** Of a pass that is not at an edge. */
  readonly activePes: number;
  readonly glbBytes: number;
  /** How far from `glbBytes` the traffic may be, because that has been rounded. */
  readonly glbRounding: number;
  readonly processingLatencyMs: number;
}

/** What a table says of a layer. Its GLB column has one digit behind the point. */
export function traitsOf({ layers, bytesPerGlbMegabyte }: MeasuredNetwork, name: string): MeasuredTraits {
  const { activePes, glbMegabytes, processingLatencyMs } = layers[name]!;
  const glbRounding = bytesPerGlbMegabyte / 20;
  return { activePes, glbBytes: glbMegabytes * bytesPerGlbMegabyte, glbRounding, processingLatencyMs };
}
