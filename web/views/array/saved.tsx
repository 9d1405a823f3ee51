import { jsonText } from '../../../src/report/json.ts';
import { Export } from '../../parts/export.tsx';
import { detailsDesk } from './desks.ts';
import type { ArrayState } from './fields.ts';
import { paint } from './paint.ts';
import { SvgPen } from './pen.ts';
import type { Playhead } from './playhead.ts';
import type { Opened, PassShown, StageChoice } from './questions.ts';
import { sceneOf } from './scene.ts';

/** Pixels that a saved picture is wide: every PE at its largest. */
const WIDTH = 1010;

/** The cycle as a picture, the cycles of the pass as a table, the pass as data. */
export function Saved({
  opened,
  choice,
  shown,
  playhead,
  state,
}: {
  opened: Opened;
  choice: StageChoice;
  shown: PassShown;
  playhead: Playhead;
  state: ArrayState;
}) {
  const { pass, film } = shown;
  const svg = () => {
    const { colours, diagonals, rows, psums } = state;
    const overlays = { diagonals, rows, psums };
    const wanted = {
      width: WIDTH,
      theme: 'light',
      colours,
      overlays,
      selected: undefined,
      holders: [],
    } as const;
    const scene = sceneOf(opened, shown, wanted);
    const pen = new SvgPen();
    paint(pen, scene, playhead.cycle);
    const title = `${opened.layer} of ${opened.network} on Eyeriss: pass ${pass.index}, cycle ${playhead.cycle}`;
    return pen.svg(scene.layout.width, scene.layout.height, scene.palette.paper, title);
  };
  const csv = async () => {
    const answer = await detailsDesk.ask((api) =>
      api.csv(choice, opened.known, pass.index, film.shown.start),
    );
    if (answer.is === 'result') return answer.value;
    throw new Error('something else was asked meanwhile; try it again');
  };
  const json = () => {
    const { kindOf: _, starts: __, placement: ___, ...plan } = opened.plan;
    return jsonText({
      network: opened.network,
      layer: opened.layer,
      batch: choice.batch,
      seed: choice.seed,
      mapping: opened.plan.mapping,
      pass,
      counts: film.counts,
      dram: shown.dram,
      plan,
    });
  };
  return (
    <Export
      name={`${opened.layer}-pass-${pass.index}`.replaceAll(/[^\w.-]+/g, '-')}
      forms={[
        { form: 'SVG', make: svg },
        { form: 'PNG', make: svg },
        { form: 'CSV', make: csv },
        { form: 'JSON', make: json },
      ]}
    />
  );
}
