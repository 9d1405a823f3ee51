import { describe, expect, it } from 'vitest';
import { npyOf, readNpy } from './npy.ts';

describe('a NumPy file that is written', () => {
  it.each([
    [
      Float32Array.of(1, -2.5, 1e-3, 3e38, 0, 7),
      [2, 3],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAgwG8SgzrmsWF/AAAAAAAA4EA=',
    ],
    [
      Int16Array.of(1, -2, 32767),
      [3],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAP7//38=',
    ],
    [
      Float32Array.of(0.5),
      [],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/',
    ],
    [
      new Int16Array(),
      [0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDIsIDEsIDEsIDEsIDEsIDEsIDEsIDEsIDEsIDEsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
    ],
  ])('is byte for byte that of NumPy 2.4: %#', (values, shape, byNumpy) => {
    expect(Buffer.from(npyOf(values, shape)).toString('base64')).toBe(byNumpy);
  });

  it('has as many values as its shape', () => {
    const { shape, read } = readNpy(npyOf(Int16Array.of(3, -4), [1, 2]));
    expect(shape).toEqual([1, 2]);
    expect(read((values) => new Int16Array(values), Number)).toEqual(Int16Array.of(3, -4));
  });
});
