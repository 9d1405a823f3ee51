/** Frames that are remembered. */
const FRAMES = 120;

/** How long the last frames took, in milliseconds. */
export class FrameClock {
  private readonly times = new Float64Array(FRAMES);
  private count = 0;

  add(milliseconds: number): void {
    this.times[this.count++ % FRAMES] = milliseconds;
  }

  median(): number {
    const sorted = this.known().sort();
    return sorted[sorted.length >> 1] ?? 0;
  }

  most(): number {
    return Math.max(0, ...this.known());
  }

  private known(): Float64Array {
    return this.times.slice(0, Math.min(this.count, FRAMES));
  }
}
