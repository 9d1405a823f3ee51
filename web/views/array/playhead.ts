import { useEffect, useState } from 'preact/hooks';

/** A cycle that is looked at for so long is one that someone wants to know more of. */
const SETTLED_MS = 200;

/** Cycles per second. */
export const SPEEDS = [1, 5, 30, 300, 3000] as const;

/** The cycle of a pass that is shown. It moves without waiting for anything, and tells when it has come to rest. */
export class Playhead {
  cycle = 0;
  /** Of the pass. */
  cycles = 1;
  isPlaying = false;
  speed: number = SPEEDS[1];
  /** Told when the playhead has come to rest at a new cycle. */
  onSettled: (cycle: number) => void = () => {};
  private pass = -1;
  private settled = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private readonly listeners = new Set<() => void>();

  /** @returns how to end it */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Where an address puts it; what it has said itself moves nothing. */
  follow(pass: number, cycle: number, cycles: number): void {
    const isNews = cycle !== this.settled || pass !== this.pass;
    this.pass = pass;
    this.cycles = cycles;
    if (!isNews) return;
    this.pause();
    clearTimeout(this.timer);
    this.settled = cycle;
    this.cycle = cycle;
    this.tell();
  }

  /** To the nearest cycle that the pass has. */
  go(cycle: number): void {
    this.cycle = Math.min(Math.max(cycle, 0), this.cycles - 1);
    this.settleLater();
    this.tell();
  }

  step(cycles: number): void {
    this.pause();
    this.go(this.cycle + cycles);
  }

  /** From where it is; at the end, from the beginning. */
  play(): void {
    if (this.isPlaying) return;
    if (this.cycle === this.cycles - 1) this.cycle = 0;
    this.isPlaying = true;
    let before = performance.now();
    let owed = 0;
    const tick = (now: number) => {
      owed += (Math.max(now - before, 0) * this.speed) / 1000;
      before = now;
      const whole = Math.floor(owed);
      owed -= whole;
      if (whole > 0) this.go(this.cycle + whole);
      if (this.cycle === this.cycles - 1) return this.pause();
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
    this.tell();
  }

  pause(): void {
    if (!this.isPlaying) return;
    cancelAnimationFrame(this.frame);
    this.isPlaying = false;
    this.settleLater();
    this.tell();
  }

  /** Ends all that goes on by itself. */
  close(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.isPlaying = false;
  }

  private settleLater(): void {
    clearTimeout(this.timer);
    if (this.isPlaying) return;
    this.timer = setTimeout(() => {
      if (this.settled === this.cycle) return;
      this.settled = this.cycle;
      this.onSettled(this.cycle);
    }, SETTLED_MS);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Draws a component again with every move of a playhead. */
export function usePlayhead(playhead: Playhead): Playhead {
  const [, redraw] = useState(0);
  useEffect(() => playhead.subscribe(() => redraw((count) => count + 1)), [playhead]);
  return playhead;
}
