import type { Orders } from './orders.ts';
import { PairBound } from './pair-bound.ts';
import type { Standing } from './standing.ts';
import { type Ground, WayDown } from './way-down.ts';
import { isBetter, NOTHING, type Worth } from './worth.ts';

/** So many candidates are looked at before others have a turn. */
const CHUNK = 1024;

/** The ways from DRAM down to the MACs: all of them, or some to begin with. */
export class Descent {
  private readonly ground: Ground;
  private readonly standing: Standing;
  private readonly way: WayDown;

  constructor(ground: Ground, orders: Orders, standing: Standing) {
    this.ground = ground;
    this.standing = standing;
    this.way = new WayDown(ground, orders, standing);
  }

  /** See {@link WayDown.makeExact}. */
  makeExact(): void {
    this.way.makeExact();
  }

  /**
   * Goes through all candidates of all stages.
   *
   * @returns the least worth that a mapping left out can have, as it was time to stop
   */
  *goThrough(): Generator<void, Worth> {
    return yield* this.descend(Number.POSITIVE_INFINITY);
  }

  /** To be called when lists have changed: what was found had other members. */
  reset(): void {
    this.way.found = undefined;
  }

  /** Goes through the candidates that go with one of a stage; gives up after so many. */
  *goTo(stage: number, member: number, most: number): Generator<void, void> {
    yield* this.goWith(new Map([[stage, member]]), most);
  }

  /**
   * Goes down by the most promising ways only, so many to each stage, and enters so many candidates from each.
   */
  *beam(width: number, most: number): Generator<void, void> {
    const { options, lists } = this.ground;
    const { way } = this;
    let ways: readonly (readonly number[])[] = [[]];
    for (let stage = 1; stage <= way.last; stage++) {
      const below =
        stage < way.last ? new PairBound(options, stage, stage + 1, lists[stage + 1]!) : undefined;
      const further: { readonly members: readonly number[]; readonly worth: Worth }[] = [];
      for (const members of ways) {
        if (!members.every((member, i) => way.choose(i + 1, member) && way.enter(i + 1, member))) continue;
        way.begin(stage);
        let left = most;
        for (let member = way.next(stage); member !== undefined && left > 0; member = way.next(stage)) {
          if (!way.choose(stage, member)) continue;
          left--;
          if (!way.enter(stage, member)) continue;
          if (below === undefined) way.take();
          else {
            const worth = way.worthFrom(stage, below.energyWith(way.chosen[stage]!));
            further.push({ members: [...members, member], worth });
          }
        }
        if (this.standing.isStopped) return;
        yield;
      }
      further.sort((a, b) => a.worth[0] - b.worth[0] || a.worth[1] - b.worth[1]);
      ways = further.slice(0, width).map(({ members }) => members);
    }
  }

  /**
   * Changes the candidates of one stage, or of two that follow each other, in the best mapping that was found by this
   * descent, as long as that makes it better; gives up on a change after so many candidates.
   */
  *improve(most: number): Generator<void, void> {
    const { way } = this;
    for (;;) {
      const before = way.found;
      if (before === undefined) return;
      for (const open of [1, 2]) {
        for (let first = 1; first + open <= way.last + 1; first++) {
          const fixed = new Map([...way.found!.entries()].slice(1));
          for (let stage = first; stage < first + open; stage++) fixed.delete(stage);
          yield* this.goWith(fixed, most);
          if (this.standing.isStopped) return;
        }
      }
      if (way.found === before) return;
    }
  }

  /** @param fixed by stage: the only candidate that counts */
  private *goWith(fixed: ReadonlyMap<number, number>, most: number): Generator<void, void> {
    const { groups, lists } = this.ground;
    const all = [...groups];
    for (const [stage, member] of fixed) {
      groups[stage] = [{ spread: lists[stage]!.spreads[member]!, members: Uint32Array.of(member) }];
    }
    yield* this.descend(most);
    all.forEach((some, stage) => {
      groups[stage] = some;
    });
  }

  private *descend(most: number): Generator<void, Worth> {
    const { groups } = this.ground;
    const { way } = this;
    /** By stage: its candidate, where it is the only one. */
    const only = groups.map(([group, other]) =>
      group?.members.length === 1 && other === undefined ? group.members[0] : undefined,
    );
    let entered = 0;
    let stage = 1;
    way.begin(stage);
    while (stage > 0) {
      const member = way.next(stage);
      if (member === undefined) {
        stage--;
        continue;
      }
      if (++entered > most) return NOTHING;
      if (entered % CHUNK === 0) {
        if (this.standing.isStopped) return this.leastOpen();
        yield;
      }
      if (!way.choose(stage, member)) continue;
      const next = only[stage + 1];
      if (next !== undefined && !way.leadsTo(stage + 1, next)) continue;
      if (!way.enter(stage, member)) continue;
      if (stage < way.last) way.begin(++stage);
      else way.take();
    }
    return NOTHING;
  }

  /** The least worth of mappings with a candidate of stage 1 that is not done with. */
  private leastOpen(): Worth {
    const { outlook, lists, groups } = this.ground;
    const { way } = this;
    const { energies, cycles } = lists[1]!;
    let least = NOTHING;
    groups[1]!.forEach(({ spread, members }, g) => {
      if (g < way.group[1]!) return;
      // The present one is not done with either
      const first = g === way.group[1] ? Math.max(0, way.member[1]! - 1) : 0;
      for (const member of members.subarray(first)) {
        const bound = outlook.with(1, energies[member]!, cycles[member]!, spread);
        if (isBetter(bound, least)) least = bound;
      }
    });
    return this.standing.isPromising(least) ? least : NOTHING;
  }
}
