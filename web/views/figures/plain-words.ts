import { SETUP_FIELDS, type Setup } from '../../setup/setup.ts';
import { linkTo } from '../../url/link.ts';

/** A figure for someone who has not read the paper: there before it is computed. */
export interface PlainWords {
  readonly id: string;
  /** As the paper's report calls it. */
  readonly name: string;
  /** What it is of, in few words. */
  readonly topic: string;
  readonly plain: string;
  /** Where one can go on by oneself. */
  readonly goOn: { readonly href: string; readonly text: string };
  /** Why it takes long, where it does. */
  readonly slow?: string;
}

const compareLink = (setup: Partial<Setup>) => ({
  href: linkTo('compare', SETUP_FIELDS, setup),
  text: 'Change the numbers yourself in Compare',
});

const ARRAY_LINK = { href: '#/array', text: 'Watch the chip at work in The array' };

/** The figures in the order of the paper: a line for each of src/paper/registry.ts. */
export const PLAIN_WORDS = [
  {
    id: '7b',
    name: 'Figure 7b',
    topic: 'Storage on the chip',
    plain:
      'To be fair, all six dataflows get the same chip area for memory. Some want a memory in each PE, some put nearly all into one large buffer (GLB). A large memory takes less area per byte, so these have more bytes in all.',
    goOn: compareLink({}),
  },
  {
    id: '10',
    name: 'Figure 10',
    topic: 'Energy of RS by layer',
    plain:
      'Where the energy goes when row stationary (RS) runs AlexNet: in the convolutions mostly to the small register files (RF) inside the PEs, in the fully connected layers mostly to DRAM, as an image uses each of their weights only once.',
    goOn: compareLink({}),
  },
  {
    id: '11',
    name: 'Figure 11',
    topic: 'DRAM, CONV layers',
    plain:
      'How often each dataflow goes to DRAM, the memory outside the chip, for one multiply-accumulate (MAC). One such access costs as much energy as 200 MACs. A bar is missing where a dataflow does not fit.',
    goOn: compareLink({ batch: 64, layers: 'conv' }),
  },
  {
    id: '12',
    name: 'Figure 12',
    topic: 'Energy, CONV layers',
    plain:
      'The main result of the paper: the energy of one multiply-accumulate (MAC) in the convolutions of AlexNet, under each of the six dataflows. The shorter the bar, the better.',
    goOn: compareLink({ batch: 1, layers: 'conv' }),
  },
  {
    id: '13',
    name: 'Figure 13',
    topic: 'Energy and delay, CONV layers',
    plain:
      'A chip could save energy by being slow. This is energy times delay: it is small only where a dataflow needs little energy and keeps many PEs at work, too.',
    goOn: compareLink({ batch: 1, layers: 'conv', objective: 'edp' }),
  },
  {
    id: '14',
    name: 'Figure 14',
    topic: 'FC layers',
    plain:
      'The same questions for fully connected (FC) layers, in which an image uses each weight only once. The larger the batch, the more images share a weight that was fetched.',
    goOn: compareLink({ pes: 1024, batch: 64, layers: 'fc' }),
  },
  {
    id: '15',
    name: 'Figure 15',
    topic: 'Processing or storage?',
    plain:
      'A chip of one size: more PEs make it faster, and leave less room for memory. Each point is a number of PEs with the best memory for it; to the right is faster, lower is less energy.',
    goOn: compareLink({ layers: 'conv' }),
  },
  {
    id: 'table5',
    name: 'Table V',
    topic: 'AlexNet on the real chip',
    plain:
      'No formula here: the Eyeriss chip is simulated cycle by cycle, and held against what was measured on the real one.',
    goOn: ARRAY_LINK,
  },
  {
    id: 'table6',
    name: 'Table VI',
    topic: 'VGG-16 on the real chip',
    plain:
      'The same for a larger network. How the real chip divided its layers was never published: here, mappings are searched that explain what was measured.',
    goOn: ARRAY_LINK,
    slow: 'Thousands of mappings are simulated for it, which takes a while.',
  },
  {
    id: 'networks',
    name: 'Networks',
    topic: 'Other networks',
    plain:
      'Beyond the paper: does row stationary (RS) also need the least energy in other networks than AlexNet?',
    goOn: compareLink({ net: 'vgg-16' }),
  },
  {
    id: 'uncertainty',
    name: 'Uncertainty',
    topic: 'Other costs of an access',
    plain:
      'Beyond the paper: what an access to a memory costs is only an estimate. How wrong may it be before another dataflow needs less energy than row stationary (RS)?',
    goOn: compareLink({ dram: 100, layers: 'conv' }),
  },
] as const satisfies readonly PlainWords[];

export type FigureId = (typeof PLAIN_WORDS)[number]['id'];

/** The words for a figure. */
export const wordsOf = (id: FigureId): PlainWords => PLAIN_WORDS.find((words) => words.id === id)!;
