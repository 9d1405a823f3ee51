import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withProgress } from './progress.ts';

describe('progress', () => {
  const threeOfFour = 'counting ███████████████·····  75 %';
  const allOfFour = 'counting ████████████████████ 100 %';
  const { isTTY } = process.stderr;
  let clock = 0;
  let shown: string[] = [];

  beforeEach(() => {
    clock = 0;
    shown = [];
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      shown.push(String(text).replace('\r\u001B[K', ''));
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
    process.stderr.isTTY = isTTY;
  });

  function* steps(of: number, failsAt = Number.POSITIVE_INFINITY) {
    for (let done = 1; done <= of; done++) {
      clock += 200;
      if (done === failsAt) throw new Error('failed');
      yield { done, of };
    }
    return 'result';
  }

  it('is shown on a terminal, and gone at the end', async () => {
    process.stderr.isTTY = true;
    expect(await withProgress('counting', steps(4))).toBe('result');
    expect(shown).toEqual([threeOfFour, allOfFour, '']);
  });

  it('is shown of work that waits in between', async () => {
    process.stderr.isTTY = true;
    async function* waiting() {
      return yield* steps(4);
    }
    expect(await withProgress('counting', waiting())).toBe('result');
    expect(shown).toEqual([threeOfFour, allOfFour, '']);
  });

  it('is gone before an error is told', async () => {
    process.stderr.isTTY = true;
    await expect(withProgress('counting', steps(4, 4))).rejects.toThrow('failed');
    expect(shown).toEqual([threeOfFour, '']);
  });

  it('is not shown of quick work', async () => {
    process.stderr.isTTY = true;
    await withProgress('counting', steps(2));
    expect(shown).toEqual([]);
  });

  it('is not shown elsewhere', async () => {
    process.stderr.isTTY = false;
    await withProgress('counting', steps(9));
    expect(shown).toEqual([]);
  });
});
