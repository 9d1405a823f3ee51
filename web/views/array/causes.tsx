import { type WaterfallPart, waterfallParts } from '../../../src/chip/film-summary.ts';
import { upToThreeDigits } from '../../../src/report/format.ts';
import type { Opened } from './questions.ts';

const CAUSES: Readonly<Record<WaterfallPart['cause'], string>> = {
  idlePes: 'PEs that the mapping leaves without work',
  fragmentation: 'PEs without work in passes at an edge, which are smaller',
  filterLoad: 'all stand still while filters are loaded',
  ramp: 'the first words arrive, or the last psums leave',
  ifmapBus: 'wait for ifmap words',
  psumBus: 'wait for a psum to leave',
  macs: 'multiply and add, zeros among them',
};

/** Where the PE cycles went, in the pass and in the whole layer. */
export function Causes({ opened, pass }: { opened: Opened; pass: number }) {
  const { plan, layer } = opened;
  const ofPass = waterfallParts(plan.kinds[plan.kindOf[pass]!]!.waterfall);
  const ofLayer = waterfallParts(plan.waterfall);
  return (
    <section aria-labelledby="causes">
      <h2 id="causes">Stalls, by cause</h2>
      <p class="quiet">Every PE of the chip in every cycle, in percent.</p>
      <section class="scroll" aria-label="Stalls by cause" tabIndex={0}>
        <table class="causes">
          <thead>
            <tr>
              <th scope="col">what the PEs do</th>
              <th scope="col">pass {pass}</th>
              <th scope="col">all of {layer}</th>
            </tr>
          </thead>
          <tbody>
            {ofPass.map((part, i) => (
              <tr key={part.cause} data-cause={part.cause}>
                <th scope="row">{CAUSES[part.cause]}</th>
                <Share part={part} />
                <Share part={ofLayer[i]!} />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

const Share = ({ part: { percent, peCycles, cause } }: { part: WaterfallPart }) => (
  <td title={`${peCycles.toLocaleString('en-US')} PE cycles`}>
    <span class="share">
      <span class={cause === 'macs' ? 'bar good-bar' : 'bar'} style={{ width: `${percent}%` }} />
      <span>{upToThreeDigits(percent)}</span>
    </span>
  </td>
);
