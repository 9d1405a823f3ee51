import {
  Composer,
  type CST,
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { z } from 'zod';
import { InputError, type Position, type Problem } from './input-error.ts';
import { checked } from './schema.ts';

/** The most lists and mappings within each other: nobody writes more, and each takes a piece of the stack. */
const MOST_NESTED = 100;

/** The most aliases (`*name`): resolving one takes a walk over the file. */
const MOST_ALIASES = 100;

/**
 * Makes something of a YAML file, or of a JSON file, which is YAML too.
 *
 * @param file the file's name, for messages
 * @param make makes it of the value that the file has, once the schema allows it
 * @throws InputError with file, line and column, if the text is not a YAML document, if the schema does not allow
 * its value, or if `make` throws one whose paths begin at the root of the file.
 */
export function readYaml<T, R>(text: string, file: string, schema: z.ZodType<T>, make: (value: T) => R): R {
  const { document, value, positionOf } = parse(text, file);
  try {
    return make(checked(schema, value));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const placed = error.problems.map((problem) => {
      return { ...problem, file, position: positionOf(offsetOf(document, problem)) };
    });
    throw new InputError(...placed.sort((a, b) => byPosition(a.position, b.position)));
  }
}

const byPosition = (a: Position, b: Position): number => a.line - b.line || a.column - b.column;

type Flaw = (found: string, offset: number) => InputError;

function parse(text: string, file: string) {
  const source = text.replace(/^\uFEFF/, '');
  const lines = lineStarts(source);
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const flaw: Flaw = (found, offset) =>
    new InputError({ code: 'syntax', path: [], found, allowed: '', file, position: positionOf(offset) });

  const composer = new Composer({ stringKeys: true, uniqueKeys: false, resolveKnownTags: false });
  const [first, second] = composer.compose(tokens(source, flaw), true, source.length);
  if (second) throw flaw('more than one YAML document', second.range[0]);
  const document = first!;
  const error = document.errors[0] ?? document.warnings[0];
  if (error?.code === 'NON_STRING_KEY') throw flaw('a key that is not text', error.pos[0]);
  // Some messages quote the text with its line breaks
  if (error) throw flaw(error.message.replace(/\s+/g, ' ').trim(), error.pos[0]);
  if (document.directives.yaml.version === '1.1') throw flaw('YAML 1.1, not 1.2', 0);
  return { document, value: contentOf(document, flaw), positionOf };
}

/** Of all lines: the parser tells of most, but not of those within what it did not expect. */
function lineStarts(source: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of source.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

/** Stops before a file that would exhaust the parser does. */
function* tokens(source: string, flaw: Flaw): Generator<CST.Token> {
  const parser = new Parser();
  let aliases = 0;
  for (const lexeme of new Lexer().lex(source)) {
    const { offset } = parser;
    yield* parser.next(lexeme);
    if (lexeme.startsWith('*')) aliases++;
    if (aliases > MOST_ALIASES) throw flaw(`more than ${MOST_ALIASES} aliases`, offset);
    if (parser.stack.length > MOST_NESTED) throw flaw(`more than ${MOST_NESTED} levels of nesting`, offset);
  }
  yield* parser.end();
}

function contentOf(document: Document.Parsed, flaw: Flaw): unknown {
  visit(document, {
    Alias(_, alias, ancestors) {
      const node = alias.resolve(document);
      if (!node) throw flaw(`no anchor &${alias.source} above`, startOf(alias) ?? 0);
      if (ancestors.some((one) => one === node)) {
        throw flaw(`*${alias.source} inside of what it stands for`, startOf(alias) ?? 0);
      }
    },
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const text = isScalar(key) ? key.value : key;
        if (keys.has(text)) throw flaw('a key that this mapping has already', startOf(key) ?? 0);
        keys.add(text);
      }
    },
  });
  try {
    return document.toJS() ?? undefined; // An empty document has no value.
  } catch (error) {
    if (error instanceof ReferenceError) throw flaw('aliases of aliases that stand for too much', 0);
    throw error;
  }
}

/**
 * Where the value that a problem is about begins, or the key if that is unknown; where there is none, the last
 * thing on the way to it that there is.
 */
function offsetOf(document: Document.Parsed, { code, path, found }: Problem): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const { key, value } = entry(document, node, step);
    offset = startOf(value) ?? startOf(key) ?? offset;
    node = value;
  }
  const unknown = code === 'unknown-key' ? startOf(entry(document, node, String(found)).key) : undefined;
  return unknown ?? offset;
}

function entry(
  document: Document.Parsed,
  node: unknown,
  step: string | number,
): { key?: unknown; value?: unknown } {
  const collection = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(collection)) return { value: collection.items[Number(step)] };
  if (!isMap(collection)) return {};
  return collection.items.find(({ key }) => isScalar(key) && key.value === step) ?? {};
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/**
 * A value as the text of a YAML file, with a comment to each key: what the schema says that it means. Lists of numbers or
 * texts take one line, and so does each item of other lists, and each part of what stands under a key of the user's own.
 */
export function formatYaml(value: object, schema: z.ZodObject): string {
  const document = new Document(value);
  explain(document.contents, schema);
  return document.toString({
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    flowCollectionPadding: false,
    lineWidth: 0,
  });
}

function explain(map: unknown, schema: z.ZodObject) {
  if (!isMap<Scalar<string>, Scalar | YAMLMap | YAMLSeq>(map)) return;
  for (const { key, value } of map.items) {
    const part = schema.shape[key.value] as z.ZodType;
    const comment = ` ${part.description}`;
    if (isSeq(value)) putOnLines(value);
    const isOneLine = isScalar(value) || (isSeq(value) && value.flow);
    if (isOneLine) value.comment = comment;
    else if (value) value.commentBefore = comment;
    const inner = withoutDefault(part);
    if (inner instanceof z.ZodObject) explain(value, inner);
    else if (isMap(value)) for (const { value: one } of value.items) putOnLines(one);
  }
}

function putOnLines(collection: unknown) {
  if (!isSeq(collection) && !isMap(collection)) return;
  const parts = isSeq(collection) ? collection.items : collection.items.map(({ value }) => value);
  collection.flow = parts.every(isScalar);
  for (const part of parts) if (isSeq(part) || isMap(part)) part.flow = true;
}

const withoutDefault = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? withoutDefault(schema.unwrap())
    : schema;
