import { Fragment } from 'preact';
import { LOOP_KINDS, type LoopAddress, type LoopKind } from '../../../src/loopnest/edit.ts';
import { TENSORS } from '../../../src/loopnest/problem.ts';
import { inMillions } from '../../../src/report/format.ts';
import type { DrawnLevel, DrawnLoop } from '../../../src/report/nest-drawing.ts';
import { TENSOR_COLORS } from '../../../src/report/nest-marks.ts';
import { wordsText } from '../../../src/report/nest-names.ts';
import { type Hands, isSame } from './hands.ts';
import { EffectMark } from './marks.tsx';
import type { Dragging, DragProps } from './use-drag.ts';

interface LoopsProps {
  readonly i: number;
  readonly levels: readonly DrawnLevel[];
  readonly loops: readonly DrawnLoop[];
  /** Loops in all levels. */
  readonly depths: number;
  readonly hands: Hands;
  readonly dragging: Dragging | undefined;
  readonly drag: DragProps;
}

/** The loops of a level, and between them the places to which another may be dragged. */
export function Loops(props: LoopsProps) {
  const { i, levels, loops, dragging } = props;
  return (
    <ol class="loops" aria-label={`Loops of ${levels[i]!.name}`}>
      {LOOP_KINDS.map((kind) => {
        const here = loops.filter(({ address }) => address.kind === kind);
        return (
          <Fragment key={kind}>
            {here.map((loop, at) => (
              <Fragment key={at}>
                {kind === 'temporal' && <Gap dragging={dragging} address={{ level: i, kind, at }} />}
                <LoopLine {...props} loop={loop} />
              </Fragment>
            ))}
            <Gap dragging={dragging} address={{ level: i, kind, at: here.length }} />
          </Fragment>
        );
      })}
    </ol>
  );
}

/** Which of the places is the one before a loop, counted with the loop that is dragged still in its place. */
function placeAt({ from, places }: Dragging, address: LoopAddress, joins: boolean): number {
  const isWithin = address.level === from.level && address.kind === from.kind;
  const at = isWithin && address.at > from.at ? address.at - 1 : address.at;
  return places.findIndex(
    (place) =>
      place.to.level === address.level &&
      place.to.kind === address.kind &&
      (place.joins !== undefined) === joins &&
      place.to.at === at,
  );
}

const KINDS: Readonly<Record<LoopKind, string>> = {
  temporal: 'in time',
  spatialX: 'along X',
  spatialY: 'along Y',
};

function Gap({ dragging, address }: { dragging: Dragging | undefined; address: LoopAddress }) {
  const place = dragging ? placeAt(dragging, address, false) : -1;
  const isSpace = address.kind !== 'temporal';
  if (place < 0) return isSpace ? null : <li class="gap" aria-hidden="true" />;
  return (
    <li
      class={`gap open${isSpace ? ' space' : ''}${dragging!.over === place ? ' over' : ''}`}
      data-place={place}
      aria-hidden="true"
    >
      {isSpace && KINDS[address.kind]}
    </li>
  );
}

function LoopLine({ loop, depths, hands, dragging, drag, levels }: LoopsProps & { loop: DrawnLoop }) {
  const { address, text, tensors, depth } = loop;
  const chosen = { is: 'loop', at: address } as const;
  const join = dragging ? placeAt(dragging, address, true) : -1;
  const isDragged = dragging && isSame({ is: 'loop', at: dragging.from }, chosen);
  return (
    <li
      class={`line loop${join >= 0 ? ' open' : ''}${join >= 0 && dragging!.over === join ? ' over' : ''}${isDragged ? ' dragged' : ''}`}
      {...(join >= 0 && { 'data-place': join })}
    >
      <button
        type="button"
        class="plain name"
        style={{ marginLeft: `${Math.min(0.55, 4.5 / Math.max(1, depths)) * depth}rem` }}
        aria-pressed={isSame(hands.chosen, chosen)}
        aria-label={`${text}, at ${levels[address.level]!.name}: choose it to move it`}
        onClick={({ detail }) => hands.choose(chosen, detail === 0)}
        {...drag(address)}
      >
        <span class="handle" aria-hidden="true">
          ⠿
        </span>
        <code>{text}</code>
      </button>
      {TENSORS.map((tensor) => {
        const { tile, effect, saves, words } = tensors[tensor];
        const one = { ...chosen, tensor };
        return (
          <button
            type="button"
            key={tensor}
            class="plain cell effect"
            style={{ '--tensor': TENSOR_COLORS[tensor] }}
            aria-pressed={isSame(hands.chosen, one)}
            onClick={() => hands.choose(one)}
          >
            <EffectMark effect={effect} />
            <span class="number">
              {wordsText(tile)}
              <span class="for-ear"> words of {tensor}</span>
            </span>
            <span class={saves ? 'saves' : 'quiet'}>{effect ?? ''}</span>
            <span class="quiet number">{words > 0 ? `+${inMillions(words)}` : ''}</span>
          </button>
        );
      })}
      <span />
    </li>
  );
}
