import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { type TensorProto, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { onnxModel } from './model.testing.ts';
import { readOnnxFile } from './onnx-file.ts';
import type { Tensor } from './tensor.ts';
import { countZeros } from './zeros.ts';

/** The tensor as it is read from a file, at any place in it. */
function stored(tensor: Partial<TensorProto>): Tensor {
  const initializer = create(TensorProtoSchema, { name: 'w', ...tensor } as TensorProto);
  const bytes = onnxModel({ nodes: [], inputs: {}, outputs: [], initializers: [initializer] });
  return readOnnxFile(bytes, 'w.onnx').graph.initializers.get('w')!;
}

const bytesOf = (values: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);

const sparse = <T>(value: fc.Arbitrary<T>, zero: T) =>
  fc.array(fc.oneof(value, fc.constant(zero)), { maxLength: 300 });

const KINDS = [
  ['float32', 1, Float32Array, sparse(fc.float(), -0)],
  ['uint8', 2, Uint8Array, sparse(fc.integer({ min: 0, max: 255 }), 0)],
  ['int8', 3, Int8Array, sparse(fc.integer({ min: -128, max: 127 }), 0)],
  ['int16', 5, Int16Array, sparse(fc.integer({ min: -300, max: 300 }), 0)],
  ['int32', 6, Int32Array, sparse(fc.integer(), 0)],
  ['float64', 11, Float64Array, sparse(fc.double(), -0)],
] as const;

describe('are counted', () => {
  it.each(KINDS)('among %s values', (_, dataType, Values, lists) => {
    fc.assert(
      fc.property(lists as fc.Arbitrary<number[]>, (list) => {
        const values = Values.from(list);
        const zeros = [...values].filter((value) => value === 0).length;
        const dims = [BigInt(list.length)];
        expect(countZeros(stored({ dataType, dims, rawData: bytesOf(values) }))).toBe(zeros);
        const typed =
          dataType === 1
            ? { floatData: [...values] }
            : dataType === 11
              ? { doubleData: [...values] }
              : { int32Data: [...values] };
        expect(countZeros(stored({ dataType, dims, ...typed }))).toBe(zeros);
      }),
    );
  });

  it('among int64 values', () => {
    fc.assert(
      fc.property(sparse(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), 0n), (list) => {
        const zeros = list.filter((value) => value === 0n).length;
        const tensor = { dataType: 7, dims: [BigInt(list.length)] };
        expect(countZeros(stored({ ...tensor, rawData: bytesOf(BigInt64Array.from(list)) }))).toBe(zeros);
        expect(countZeros(stored({ ...tensor, int64Data: list }))).toBe(zeros);
      }),
    );
  });

  it('among float16 and bfloat16 values, of either sign', () => {
    const patterns = sparse(fc.integer({ min: 0, max: 0xffff }), 0x8000);
    fc.assert(
      fc.property(patterns, fc.constantFrom(10, 16), (list, dataType) => {
        const zeros = list.filter((value) => value === 0 || value === 0x8000).length;
        const tensor = { dataType, dims: [BigInt(list.length)] };
        expect(countZeros(stored({ ...tensor, rawData: bytesOf(Uint16Array.from(list)) }))).toBe(zeros);
        expect(countZeros(stored({ ...tensor, int32Data: list }))).toBe(zeros);
      }),
    );
  });

  it('among values of four bits, two in a byte', () => {
    const rawData = Uint8Array.of(0x01, 0x10, 0x00, 0x0f);
    expect(countZeros(stored({ dataType: 22, dims: [7n], rawData }))).toBe(4);
    expect(countZeros(stored({ dataType: 22, dims: [7n], rawData }), 1)).toBe(2);
    expect(countZeros(stored({ dataType: 22, dims: [7n], rawData }), -1)).toBe(1);
  });

  it('as zero points, of either sign', () => {
    fc.assert(
      fc.property(sparse(fc.integer({ min: -128, max: 127 }), -7), (list) => {
        const zeros = list.filter((value) => value === -7).length;
        const tensor = { dataType: 3, dims: [BigInt(list.length)] };
        expect(countZeros(stored({ ...tensor, rawData: bytesOf(Int8Array.from(list)) }), -7)).toBe(zeros);
        expect(countZeros(stored({ ...tensor, int32Data: list }), -7)).toBe(zeros);
      }),
    );
  });

  it('over pieces of a large tensor, in the file or beside it', () => {
    const values = Float32Array.from({ length: 700_001 }, (_, i) => i % 5);
    const zeros = Math.ceil(values.length / 5);
    const dims = [BigInt(values.length)];
    expect(countZeros(stored({ dataType: 1, dims, rawData: bytesOf(values) }))).toBe(zeros);
    const beside = bytesOf(values);
    const reads: number[] = [];
    const files = {
      size: () => beside.length,
      read: (_: string, offset: number, length: number) => {
        reads.push(length);
        return beside.subarray(offset, offset + length);
      },
    };
    const externalData = Object.entries({ location: 'w.bin', offset: '0' }).map(([key, value]) => ({
      key,
      value,
    }));
    const tensor = stored({
      dataType: 1,
      dims,
      dataLocation: 1,
      externalData,
    } as unknown as Partial<TensorProto>);
    expect(countZeros(tensor, 0, files)).toBe(zeros);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1 << 20);
    expect(countZeros(tensor)).toBeUndefined();
  });

  it('not where there are no numbers', () => {
    expect(countZeros(stored({ dataType: 8, dims: [1n] }))).toBeUndefined();
  });
});
