import { useEffect, useMemo, useRef } from 'preact/hooks';
import { passInCycle } from '../../../src/chip/film-summary.ts';
import { TextField } from '../../parts/fields.tsx';
import { whole } from '../../url/field.ts';
import { useTheme } from '../../work/drawing.ts';
import { PALETTES } from './colours.ts';
import type { Opened } from './questions.ts';

/** The passes of the layer, and which one is shown. */
export function Passes({
  opened,
  pass,
  goPass,
}: {
  opened: Opened;
  pass: number;
  goPass: (pass: number) => void;
}) {
  const { plan, layer, letters } = opened;
  const field = useMemo(() => whole(0, 0, plan.passes - 1), [plan]);
  const kind = plan.kinds[plan.kindOf[pass]!]!;
  return (
    <section class="passes" aria-labelledby="passes">
      <h2 id="passes">Passes of {layer}</h2>
      <p class="quiet">
        {count(plan.passes)} {plan.passes === 1 ? 'pass' : 'passes'} of {plan.kinds.length}{' '}
        {plan.kinds.length === 1 ? 'kind' : 'kinds'}, {count(plan.cycles)} cycles in all, mapped as {letters}.
        This one takes {count(kind.cycles)} cycles, {count(kind.filterCycles)} of them to load filters, as do{' '}
        {count(kind.passes - 1)} others of its kind.
      </p>
      {plan.layer.operation === 'max' && (
        <p class="quiet">
          A pooling layer has no filters, and its PEs compare instead of multiplying. Its channels have
          nothing to do with each other: here they count as images.
        </p>
      )}
      <KindsStrip opened={opened} pass={pass} goPass={goPass} />
      <div class="row">
        <button type="button" disabled={pass === 0} onClick={() => goPass(pass - 1)}>
          Pass before
        </button>
        <TextField
          label="Pass"
          unit={`0 to ${count(plan.passes - 1)}`}
          field={field}
          value={pass}
          onChange={goPass}
        />
        <button type="button" disabled={pass === plan.passes - 1} onClick={() => goPass(pass + 1)}>
          Pass after
        </button>
      </div>
    </section>
  );
}

/** The kinds of pass over the time of the layer. */
function KindsStrip({
  opened: { plan, kinds },
  pass,
  goPass,
}: {
  opened: Opened;
  pass: number;
  goPass: (pass: number) => void;
}) {
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const { sets } = PALETTES[theme];
    element.width = kinds.length;
    element.height = 1;
    const context = element.getContext('2d')!;
    for (const [piece, kind] of kinds.entries()) {
      context.fillStyle = sets[kind % sets.length]!.fill;
      context.fillRect(piece, 0, 1, 1);
    }
  }, [kinds, theme]);
  const left = plan.starts[pass]! / plan.cycles;
  const width = plan.kinds[plan.kindOf[pass]!]!.cycles / plan.cycles;
  return (
    <div
      class="strip kinds"
      onPointerDown={(event) => {
        const { left: from, width: across } = event.currentTarget.getBoundingClientRect();
        goPass(passInCycle(plan, ((event.clientX - from) / across) * plan.cycles));
      }}
    >
      <canvas ref={canvas} role="img" aria-label="Kinds of pass over the time of the layer" />
      <span class="this-pass" style={{ left: `${left * 100}%`, width: `${width * 100}%` }} />
    </div>
  );
}

const count = (value: number): string => value.toLocaleString('en-US');
