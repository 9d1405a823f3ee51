import { useId } from 'preact/hooks';
import { TENSORS, type Tensor } from '../../../src/loopnest/problem.ts';
import { shareText } from '../../../src/report/format.ts';
import type { DrawnLevel, DrawnShare, DrawnStore, DrawnWords } from '../../../src/report/nest-drawing.ts';
import { levelColor, NETWORK_COLOR, TENSOR_COLORS } from '../../../src/report/nest-marks.ts';
import { wordsText } from '../../../src/report/nest-names.ts';
import { type Hands, isSame } from './hands.ts';
import { Loops } from './loops.tsx';
import { Arrow, Grid, Round } from './marks.tsx';
import type { Shown } from './search.ts';
import { type Dragging, useDrag } from './use-drag.ts';

/** A loop nest: boxes of memories, one in another, each with its loops, and beside them what they do to each tensor. */
export function Nest({ shown, hands }: { shown: Shown; hands: Hands }) {
  const drag = useDrag(hands.edits);
  const { levels } = shown.drawing;
  return (
    <section class="card nest-card" aria-label={`Loop nest of ${shown.drawing.heading[0]}`} tabIndex={0}>
      <div class={drag.dragging ? 'nest dragging' : 'nest'} ref={drag.root}>
        <div class="heads" aria-hidden="true">
          <span>loops</span>
          {TENSORS.map((tensor) => (
            <span key={tensor} class="tensor" style={colorOf(tensor)}>
              <i class="swatch" /> {tensor}
            </span>
          ))}
          <span>energy</span>
        </div>
        <Level levels={levels} i={0} hands={hands} dragging={drag.dragging} drag={drag.props} shown={shown} />
      </div>
      {drag.dragging && (
        <div class="drag-label" style={{ left: `${drag.dragging.x}px`, top: `${drag.dragging.y}px` }}>
          {drag.dragging.over === undefined ? 'no place here' : labelOf(drag.dragging)}
        </div>
      )}
    </section>
  );
}

const labelOf = ({ places, over }: Dragging): string => `${places[over!]!.level}, ${places[over!]!.label}`;

const colorOf = (tensor: Tensor) => ({ '--tensor': TENSOR_COLORS[tensor] });

interface LevelProps {
  readonly shown: Shown;
  readonly levels: readonly DrawnLevel[];
  readonly i: number;
  readonly hands: Hands;
  readonly dragging: Dragging | undefined;
  readonly drag: ReturnType<typeof useDrag>['props'];
}

/** The box of a level, with all levels inside it. */
function Level(props: LevelProps) {
  const { levels, i, hands, shown } = props;
  const level = levels[i]!;
  const next = levels[i + 1];
  const id = useId();
  const isBroken = level.stores.some(({ fits }) => !fits) || (level.grid && !fitsGrid(level.grid));
  return (
    <section
      class={`level${isBroken ? ' broken' : ''}${level.isMacs ? ' macs' : ''}`}
      style={{ '--level': levelColor(i, levels.length - 1) }}
      aria-labelledby={id}
    >
      <div class="line head-line">
        <div>
          <h3 id={id}>{level.title}</h3>
          {level.capacity && (
            <small class="quiet">
              {level.capacity}
              {level.doubleBuffered && ', each tile twice'}
            </small>
          )}
        </div>
        {TENSORS.map((tensor) => (
          <Tile key={tensor} level={level} i={i} tensor={tensor} hands={hands} />
        ))}
        <Energy share={level.energy} name={level.name} color="var(--level)" />
      </div>
      <Stores level={level} isShared={typeof shown.nest.architecture.levels[i]?.capacity === 'number'} />
      {!level.isMacs && <Loops {...props} loops={level.loops} depths={depthOf(levels)} />}
      {next && (
        <>
          <Arrows level={next} i={i + 1} hands={hands} />
          {level.grid && (
            <div class="line grid-line">
              <Grid grid={level.grid} />
              <small class="quiet">
                grid: X {level.grid.usedX.toLocaleString('en')} of {level.grid.x.toLocaleString('en')}, Y{' '}
                {level.grid.usedY.toLocaleString('en')} of {level.grid.y.toLocaleString('en')}
              </small>
            </div>
          )}
          <Level {...props} i={i + 1} />
        </>
      )}
    </section>
  );
}

const fitsGrid = ({ x, y, usedX, usedY }: NonNullable<DrawnLevel['grid']>): boolean =>
  usedX <= x && usedY <= y;

const depthOf = (levels: readonly DrawnLevel[]): number =>
  levels.reduce((sum, { loops }) => sum + loops.length, 0);

/** The tile of a tensor that a level keeps, and whether it does. */
function Tile({ level, i, tensor, hands }: { level: DrawnLevel; i: number; tensor: Tensor; hands: Hands }) {
  const { canKeep, canGoRound, tile } = level.tensors[tensor];
  if (level.isMacs) return <span />;
  const chosen = { is: 'tile', level: i, tensor } as const;
  const canChange = tile ? canGoRound : canKeep;
  return (
    <div class="cell tile" style={colorOf(tensor)}>
      {canChange ? (
        <input
          type="checkbox"
          aria-label={`${level.name} keeps ${tensor}`}
          checked={tile !== undefined}
          disabled={hands.edits === undefined}
          onChange={({ currentTarget }) => hands.edits?.keep(i, tensor, currentTarget.checked)}
        />
      ) : (
        <span class="no-box" />
      )}
      <button
        type="button"
        class="plain"
        aria-pressed={isSame(hands.chosen, chosen)}
        onClick={() => hands.choose(chosen)}
      >
        {tile ? (
          <>
            <b>{wordsText(tile.words)}</b>
            <span class="for-ear"> words of {tensor}</span>
          </>
        ) : (
          <span class="quiet">
            <Round />
            <span class="for-ear">{tensor} </span> {canKeep ? 'goes round' : 'cannot hold'}
          </span>
        )}
      </button>
    </div>
  );
}

/** How full a level is: one bar for what its tensors share, or one for each of them. */
function Stores({ level: { stores }, isShared }: { level: DrawnLevel; isShared: boolean }) {
  if (stores.length === 0) return null;
  return (
    <div class={isShared ? 'line stores shared' : 'line stores'} aria-hidden="true">
      {isShared ? (
        <Store store={stores[0]!} />
      ) : (
        TENSORS.map((tensor) => {
          const own = stores.find(({ tiles }) => tiles[0]?.tensor === tensor);
          return <div key={tensor}>{own && <Store store={own} />}</div>;
        })
      )}
    </div>
  );
}

const Store = ({ store: { tiles, end, fits } }: { store: DrawnStore }) => (
  <div class={fits ? 'store' : 'store over'}>
    {tiles.map(({ tensor, ofBar }) => (
      <i key={tensor} style={{ width: `${100 * ofBar}%`, background: TENSOR_COLORS[tensor] }} />
    ))}
    {!fits && <b style={{ left: `${100 * end}%` }} />}
  </div>
);

/** What moves between a level and those above it. */
function Arrows({ level, i, hands }: { level: DrawnLevel; i: number; hands: Hands }) {
  return (
    <div class="line arrows">
      <span />
      {TENSORS.map((tensor) => {
        const { arrow } = level.tensors[tensor];
        if (arrow === undefined) {
          return (
            <span key={tensor} class="cell" style={colorOf(tensor)}>
              <Round />
            </span>
          );
        }
        const { up, down } = arrow;
        const chosen = { is: 'arrow', level: i, tensor } as const;
        return (
          <button
            type="button"
            class="plain cell"
            key={tensor}
            style={colorOf(tensor)}
            aria-pressed={isSame(hands.chosen, chosen)}
            onClick={() => hands.choose(chosen)}
          >
            <span class="for-ear">
              {tensor} between {arrow.above} and {level.name}:
            </span>
            {up && <Arrow width={up.width} isUp />}
            {up && <Moved moved={up} way="up" />}
            {(!up || down.words > 0) && (
              <>
                <Arrow width={down.width} />
                <Moved moved={down} way="down" />
              </>
            )}
          </button>
        );
      })}
      <Energy share={level.networkEnergy} name={`the network to ${level.name}`} color={NETWORK_COLOR} />
    </div>
  );
}

const Moved = ({
  moved: { words, times },
  way,
}: {
  moved: Pick<DrawnWords, 'words' | 'times'>;
  way: string;
}) => (
  <span class="moved">
    <span>
      {wordsText(words)}
      <span class="for-ear"> {way}, </span>
    </span>
    <small class="quiet times">
      {times < 10 ? Number(times.toPrecision(2)) : wordsText(Math.round(times))} ×
    </small>
  </span>
);

/** A share of the energy as a bar. */
const Energy = ({ share, name, color }: { share: DrawnShare | undefined; name: string; color: string }) =>
  share === undefined ? (
    <span />
  ) : (
    <div class="energy">
      <i style={{ width: `${56 * share.ofLargest}%`, background: color }} />
      <span>
        <span class="for-ear">{name}: </span>
        {shareText(100 * share.share)} %<span class="for-ear"> of the energy</span>
      </span>
    </div>
  );
