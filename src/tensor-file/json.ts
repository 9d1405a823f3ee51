import { type JSONVisitor, printParseErrorCode, visit } from 'jsonc-parser';
import { InputError, type Position, type Problem } from '../input-error.ts';
import { MOST_DIMENSIONS } from './npy.ts';

/** Bytes of JSON: the text of not many more is too long for a string in V8. */
export const MOST_JSON = 500_000_000;

/** What may stand where the parser of JSON found an error, by the error. */
const MAY_STAND: Readonly<Record<string, string>> = {
  ValueExpected: 'a number or a list',
  CommaExpected: ', or ]',
  CloseBracketExpected: ', or ]',
  EndOfFileExpected: 'nothing more',
  UnexpectedEndOfNumber: 'a digit',
};

/** What Python and others write for numbers, too. */
const NO_NUMBER = /^-?(?:NaN|Infinity)\b/;

/** Where a value is: the index of each list on the way to it, and the position in the file. */
export interface Place {
  readonly index: readonly number[];
  readonly position: Position;
}

/** What is done with the values of lists; `place` counts those before it. */
export interface ListReader {
  /** Takes a value: a number, or else a text, a truth value or null. */
  take(value: unknown, place: number, at: () => Place): void;
  /** What is told of NaN or Infinity, which JSON does not have; undefined where they are but an error of syntax. */
  refuse(value: number, place: number, at: () => Place): InputError | undefined;
}

/**
 * Reads lists within lists, one level per dimension, and returns their shape. It goes by the parser's events: JSON.parse
 * would take many times the memory of a file of small numbers or empty lists.
 *
 * @param text begins with a list.
 * @throws InputError with line and column, if the text is not JSON or has something else, or if lists beside each other
 * differ in length or depth; or what `take` throws.
 */
export function readLists(text: string, { take, refuse }: ListReader): readonly number[] {
  const shape: number[] = [];
  /** Items so far of each list that is open: where we are. */
  const path: number[] = [];
  let values = 0;
  let deepest = 0;

  const flaw = (found: string, line: number, character: number, where: Problem['path'] = [], allowed = '') =>
    new InputError({
      code: 'syntax',
      path: where,
      found,
      allowed,
      position: positionOf(line, character),
    });
  const placeAt = (line: number, character: number) => (): Place => {
    return { index: [...path], position: positionOf(line, character) };
  };

  const visitor: JSONVisitor = {
    onArrayBegin(_offset, _length, line, character) {
      if (path.length === MOST_DIMENSIONS) {
        throw flaw(`more than ${MOST_DIMENSIONS} lists within each other`, line, character);
      }
      if (path.length === deepest && values > 0) throw flaw('a list beside numbers', line, character, path);
      path.push(0);
      deepest = Math.max(deepest, path.length);
    },
    onArrayEnd(_offset, length, line, character) {
      if (length === 0) return; // The file ends here: told as the error that follows
      const items = path.pop()!;
      shape[path.length] ??= items;
      const usual = shape[path.length];
      if (items !== usual) throw flaw(`a list of ${items} beside one of ${usual}`, line, character, path);
      if (path.length > 0) path[path.length - 1]!++;
    },
    onLiteralValue(value, _offset, _length, line, character) {
      if (path.length < deepest) throw flaw('a number beside lists', line, character, path);
      take(value, values, placeAt(line, character));
      values++;
      path[path.length - 1]!++;
    },
    onObjectBegin(_offset, _length, line, character) {
      throw flaw('found "{"', line, character, [], MAY_STAND.ValueExpected);
    },
    onError(error, offset, length, line, character) {
      const token = text.slice(offset, offset + Math.min(length, 50));
      const name = NO_NUMBER.exec(text.slice(offset, offset + 10))?.[0];
      const refusal = name === undefined ? undefined : refuse(Number(name), values, placeAt(line, character));
      if (refusal !== undefined) throw refusal;
      const found = length === 0 ? 'the file ends within a list' : `found ${JSON.stringify(token)}`;
      const allowed = MAY_STAND[printParseErrorCode(error)] ?? 'numbers and lists of them';
      throw flaw(found, line, character, [], allowed);
    },
  };
  visit(text, visitor, { disallowComments: true });
  return shape;
}

/** The parser counts from 0. */
const positionOf = (line: number, character: number): Position => ({ line: line + 1, column: character + 1 });
