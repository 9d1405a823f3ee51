import type { Fmap } from '../run/result.ts';
import { dataUri } from './data-uri.ts';
import { html, type Markup } from './markup.ts';
import { NEGATIVE_COLORS, POSITIVE_COLORS, thumbnail, ZERO_COLOR } from './thumbnail.ts';

/** How pictures of fmaps stand on a page: on white, as charts do. */
export const GALLERY_STYLE = `
h2 { font-size: 1.05rem; font-weight: 600; margin: 2.5rem 0 0; }
.gallery { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1.25rem 1rem; margin: 1rem 0; }
.gallery figure { margin: 0; max-width: 100%; }
.gallery img { display: block; box-sizing: content-box; max-width: calc(100% - 0.8rem - 2px); height: auto; padding: 0.4rem; background: #fff; border: 1px solid var(--line); border-radius: 6px; image-rendering: pixelated; }
.gallery figcaption { margin-top: 0.3rem; max-width: 16rem; overflow-wrap: anywhere; }
.gallery b { display: block; color: var(--ink); font-weight: 500; }
.ramp { display: inline-block; width: 3rem; height: 0.7em; border: 1px solid var(--line); vertical-align: -0.05em; margin-right: 0.15rem; }
`;

/** Pixels across which a picture is drawn, as far as whole pixels for a word allow. */
const WIDTH = 232;
/** Pixels for a word at most. */
const LARGEST_PIXEL = 16;

/** Pictures of fmaps, all of one image; nothing where there are none. */
export function gallery(inputs: readonly Fmap[], ofmaps: readonly Fmap[]): Markup | undefined {
  if (inputs.length + ofmaps.length === 0) return undefined;
  return html`<section aria-labelledby="fmaps">
<h2 id="fmaps">Feature maps</h2>
<p class="note">What went in and what each layer made of the first image: a square is a channel, a pixel a word.
${ramp([ZERO_COLOR])} Grey is zero, ${ramp(POSITIVE_COLORS)} blue positive, ${ramp(NEGATIVE_COLORS)} orange negative, the darker the nearer to the largest word of the layer.</p>
<div class="gallery">
${[...inputs.map((fmap) => picture(fmap, 'the input')), ...ofmaps.map((fmap) => picture(fmap, 'layer'))]}
</div>
</section>`;
}

function picture(fmap: Fmap, what: string): Markup {
  const { png, width, height, channels, step } = thumbnail(fmap);
  const scale = Math.max(1, Math.min(LARGEST_PIXEL, Math.floor(WIDTH / Math.max(width, height))));
  const zeros = fmap.words.reduce((count, word) => count + Number(word === 0), 0);
  const facts = [
    channels < fmap.channels ? `${channels} of ${fmap.channels} channels` : channelCount(channels),
    `${fmap.height} × ${fmap.width}`,
    `${((100 * zeros) / fmap.words.length).toFixed(1)} % zeros`,
    ...(step > 1 ? [`one of ${step} rows and columns`] : []),
  ].join(', ');
  return html`<figure>
<img src="${dataUri('image/png', png)}" width="${scale * width}" height="${scale * height}" alt="Feature maps of ${what} ${fmap.name}: ${facts}">
<figcaption><b>${fmap.name}</b>${facts}</figcaption>
</figure>`;
}

const channelCount = (channels: number): string => (channels === 1 ? '1 channel' : `${channels} channels`);

/** A stripe of these colours, from left to right. */
function ramp(colors: readonly (readonly number[])[]): Markup {
  const css = colors.map((color) => `rgb(${color.join(' ')})`);
  return html`<span class="ramp" style="background: linear-gradient(90deg, ${[css[0]!, ...css].join(', ')})"></span>`;
}
