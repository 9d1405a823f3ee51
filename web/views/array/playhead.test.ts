import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Playhead } from './playhead.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function at(cycle: number, cycles: number) {
  const playhead = new Playhead();
  const settled: number[] = [];
  playhead.onSettled = (one) => settled.push(one);
  playhead.follow(0, cycle, cycles);
  return { playhead, settled };
}

test('goes no further than the pass, and tells only where it comes to rest', () => {
  const { playhead, settled } = at(5, 100);
  const seen: number[] = [];
  const end = playhead.subscribe(() => seen.push(playhead.cycle));
  for (const by of [1, 10, 1000, -7, -500, 3]) playhead.step(by);
  expect(seen).toEqual([6, 16, 99, 92, 0, 3]);
  expect(settled).toEqual([]);
  vi.runAllTimers();
  expect(settled).toEqual([3]);
  end();
  playhead.step(1);
  expect(seen).toHaveLength(6);
});

test('an address moves it where it says something new', () => {
  const { playhead, settled } = at(5, 100);
  playhead.step(2);
  playhead.follow(0, 5, 100);
  expect(playhead.cycle).toBe(7);
  vi.runAllTimers();
  playhead.follow(0, 7, 100);
  expect([playhead.cycle, settled]).toEqual([7, [7]]);
  playhead.step(20);
  playhead.follow(0, 40, 100);
  vi.runAllTimers();
  expect([playhead.cycle, settled]).toEqual([40, [7]]);
  playhead.follow(1, 40, 50);
  playhead.step(60);
  expect(playhead.cycle).toBe(49);
});

test('plays at its speed to the end, and from the beginning again', () => {
  vi.stubGlobal('requestAnimationFrame', (tick: (now: number) => void) =>
    setTimeout(() => tick(performance.now()), 16),
  );
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  const { playhead, settled } = at(90, 100);
  playhead.speed = 30;
  playhead.play();
  vi.advanceTimersByTime(200);
  expect(playhead.isPlaying).toBe(true);
  expect(playhead.cycle).toBeGreaterThanOrEqual(95);
  expect(playhead.cycle).toBeLessThanOrEqual(96);
  expect(settled).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect([playhead.isPlaying, playhead.cycle, settled]).toEqual([false, 99, [99]]);
  playhead.play();
  vi.advanceTimersByTime(100);
  expect(playhead.cycle).toBeLessThan(4);
  playhead.pause();
  const { cycle } = playhead;
  vi.advanceTimersByTime(1000);
  expect([playhead.cycle, settled.at(-1)]).toEqual([cycle, cycle]);
});
