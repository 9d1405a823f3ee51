import type { Network } from '../layer.ts';
import { type Exported, exportedLayers, exportNotes, fileNameOf } from './export.ts';

/**
 * A network as problems of Timeloop: the text of a YAML file for each convolutional and fully connected layer, by the
 * file's name, which begins with the place of the layer.
 *
 * The layout is 0.4: the Timeloop programs of 2023 and later read its keys, and timeloopfe, which most designs go through
 * today, takes no other version. A problem says one image; its ifmap is the padded one; groups are the dimension G, and
 * weights that each image has for itself know N. Pools are left out, which a note says.
 *
 * @throws InputError with the names of layers that Rowhouse could not read again, or if there are only pools.
 */
export function timeloopProblems(network: Network): {
  files: ReadonlyMap<string, string>;
  notes: readonly string[];
} {
  const exported = exportedLayers(network, () => []);
  const digits = Math.max(2, String(exported.length).length);
  const files = exported.map((one, i) => {
    const place = String(i + 1).padStart(digits, '0');
    return [`${place}-${fileNameOf(one.layer.name, 'layer')}.yaml`, problemText(one)] as const;
  });
  return { files: new Map(files), notes: exportNotes(network) };
}

/** A text in quotes, for YAML and JSON, in which Jinja, through which timeloopfe reads its files, finds nothing to do. */
export const quoted = (text: string): string => JSON.stringify(text).replaceAll(/\{(?=[{%#])/g, '\\u007b');

function problemText({ layer, shape }: Exported): string {
  const { G, C, M, R, S, E, F, Uv, Uh } = shape;
  const [vertical, horizontal] = layer.type === 'conv' ? layer.dilation : [1, 1];
  const areGrouped = G > 1;
  const group = areGrouped ? '[[G]], ' : '';
  const perImage = layer.type === 'conv' && layer.weightsPerImage ? '[[N]], ' : '';
  const sizes = { ...(areGrouped ? { G } : {}), C, M, R, S, N: 1, P: E, Q: F };
  const values = { ...sizes, Wstride: Uv, Hstride: Uh, Wdilation: vertical, Hdilation: horizontal };
  const instance = Object.entries(values).map(([key, value]) => `${key}: ${value}`);
  return `# Rows of the filter and the ofmap are R and P, columns S and Q; W and H only name the coefficients
problem:
  version: 0.4
  shape:
    name: ${quoted(layer.name)}
    dimensions: [${Object.keys(sizes).join(', ')}]
    coefficients:
      - { name: Wstride, default: 1 }
      - { name: Hstride, default: 1 }
      - { name: Wdilation, default: 1 }
      - { name: Hdilation, default: 1 }
    data_spaces:
      - name: Weights
        projection: [${perImage}${group}[[C]], [[M]], [[R]], [[S]]]
      - name: Inputs
        projection: [[[N]], ${group}[[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]
      - name: Outputs
        projection: [[[N]], ${group}[[M]], [[Q]], [[P]]]
        read_write: true
  instance: { ${instance.join(', ')} }
`;
}
