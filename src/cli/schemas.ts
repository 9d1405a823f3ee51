import { z } from 'zod';
import { chipSchema } from '../chip/chip-file.ts';
import { hardwareSchema } from '../hardware/hardware-file.ts';
import { networkSchema } from '../layer/network-file.ts';
import { architectureSchema } from '../loopnest/files/architecture-file.ts';
import { constraintsSchema } from '../loopnest/files/constraints-file.ts';
import { mappingSchema } from '../loopnest/files/mapping-file.ts';
import { problemSchema } from '../loopnest/files/problem-file.ts';
import { processingSchema } from '../run/processing-file.ts';

/** The files that people write. */
const FILES = {
  hardware: {
    schema: hardwareSchema,
    title: 'Rowhouse hardware file',
    description: 'An accelerator for the option --hardware. Everything but the name has a default.',
  },
  network: {
    schema: networkSchema,
    title: 'Rowhouse network file',
    description: 'A network: its layers in the order in which they run.',
  },
  chip: {
    schema: chipSchema,
    title: 'Rowhouse chip file',
    description:
      'A variant of the Eyeriss chip for rowhouse simulate --chip. Everything but the name has a default.',
  },
  processing: {
    schema: processingSchema,
    title: 'Rowhouse processing file',
    description:
      'How pictures become the input of a network and how its output is told, for rowhouse run --processing. Everything has a default.',
  },
  architecture: {
    schema: architectureSchema,
    title: 'Rowhouse architecture file',
    description:
      'An accelerator as a hierarchy of memories, for the option --hardware of rowhouse map and rowhouse evaluate.',
  },
  problem: {
    schema: problemSchema,
    title: 'Rowhouse problem file',
    description: 'What a loop nest computes, for rowhouse evaluate --problem.',
  },
  mapping: {
    schema: mappingSchema,
    title: 'Rowhouse mapping file',
    description:
      'A loop nest: the loops of a problem on the levels of an architecture, for rowhouse evaluate --mapping.',
  },
  constraints: {
    schema: constraintsSchema,
    title: 'Rowhouse constraints file',
    description: 'The mappings that are allowed, for rowhouse map --constraints. Everything has a default.',
  },
} as const;

export type FileKind = keyof typeof FILES;
export const FILE_KINDS = Object.keys(FILES) as readonly FileKind[];

/** Where the package of a version has the schema of a kind of file. */
export const schemaUrl = (kind: FileKind, version: string): string =>
  `https://unpkg.com/rowhouse@${version}/schemas/${kind}.schema.json`;

/**
 * The JSON Schema of a kind of file, for editors. It allows what the reader's schema allows; that some values do not go
 * together, only the reader knows. In draft 7, which editors know best.
 */
export function jsonSchemaOf(kind: FileKind, version: string): Readonly<Record<string, unknown>> {
  const { schema, title, description } = FILES[kind];
  const { $schema, ...rules } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { $schema, $id: schemaUrl(kind, version), title, description, ...rules };
}
