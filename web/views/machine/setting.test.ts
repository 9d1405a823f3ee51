import { expect, test } from 'vitest';
import { constraintsPreset } from '../../../src/loopnest/presets.ts';
import { settingOf } from './setting.ts';

const START = {
  net: 'alexnet',
  layer: '',
  batch: 1,
  arch: 'eyeriss-like-256',
  constraints: 'none',
  bypass: false,
  axes: 'one',
} as const;

test('begins with CONV3 of AlexNet, without rules', async () => {
  const setting = await settingOf(START);
  expect(setting).toMatchObject({ layer: 'CONV3', network: 'alexnet', problems: [] });
  expect(setting.layers).toEqual(['CONV1', 'CONV2', 'CONV3', 'CONV4', 'CONV5', 'FC1', 'FC2', 'FC3']);
  expect(setting.constraints).toMatchObject({ name: 'none', buffers: 'kept', axes: 'one' });
  expect(structuredClone(setting)).toEqual(setting);
  expect((await settingOf({ ...START, net: 'vgg-16' })).layer).toBe('CONV1-1');
});

test('offers the constraints that go with the machine', async () => {
  const fitting = async (arch: string) =>
    (await settingOf({ ...START, arch })).constraintsThatFit.map(([name]) => name);
  expect(await fitting('eyeriss-like-256')).toContain('row-stationary');
  expect(await fitting('nvdla-like')).toEqual(['nvdla-like']);
});

test('names constraints as the command does', async () => {
  const named = async (change: object) => (await settingOf({ ...START, ...change })).constraints;
  expect(await named({ bypass: true, axes: 'both' })).toEqual({
    name: 'none, bypass, both axes',
    buffers: 'free',
    axes: 'both',
    levels: {},
  });
  const own = constraintsPreset('eyeriss');
  expect(own.axes).toBe('both');
  expect(await named({ arch: 'eyeriss', constraints: 'eyeriss', axes: 'both' })).toEqual(own);
});

test('tells each thing that cannot be, and takes another instead', async () => {
  const setting = await settingOf({ ...START, layer: 'CONV9', arch: 'nope', constraints: 'nvdla-like' });
  expect(setting.problems.map(({ path }) => path)).toEqual([['layer'], ['arch'], ['constraints']]);
  expect(setting).toMatchObject({ layer: 'CONV3', architecture: { name: 'eyeriss-like-256' } });
});
