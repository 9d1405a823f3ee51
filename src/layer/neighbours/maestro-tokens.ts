import { InputError, type Position, type Problem } from '../../input-error.ts';

/** A brace or a word of a MAESTRO file. */
export interface Token {
  /** Empty at the end of the file. */
  readonly text: string;
  readonly position: Position;
}

/** Commas, colons, semicolons and parentheses separate words and mean nothing else, as in MAESTRO itself. */
const TOKEN = /\/\/[^\n]*|[{}]|(?:(?!\/\/)[^\s{}:;,()])+|\n/g;

/** The tokens of a MAESTRO file, one after the other. */
export class Tokens {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#tokens = tokensOf(text.replace(/^\uFEFF/, ''));
  }

  /** The next token, which stays the next. */
  get peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** Takes the next token; at the end of the file, that again. */
  take(): Token {
    const token = this.peek;
    if (token.text !== '') this.#next++;
    return token;
  }

  /** Takes the next token if it is this. */
  takes(text: string): boolean {
    const isNext = this.peek.text === text;
    if (isNext) this.#next++;
    return isNext;
  }

  /** @throws InputError if the next token is not a brace like this. */
  expect(brace: '{' | '}'): void {
    if (!this.takes(brace)) throw this.flaw(this.peek, [], brace);
  }

  /**
   * Takes a word.
   *
   * @throws InputError if the next token is a brace, or there is none.
   */
  word(path: Problem['path'], allowed: string): Token {
    if (!isWord(this.peek)) throw this.flaw(this.peek, path, allowed);
    return this.take();
  }

  /** Takes all words up to a brace. */
  words(): Token[] {
    const words: Token[] = [];
    while (isWord(this.peek)) words.push(this.take());
    return words;
  }

  /** Takes all that braces hold, with the braces. */
  skipBraces(): void {
    this.expect('{');
    for (let depth = 1; depth > 0; ) {
      const token = this.take();
      if (token.text === '') throw this.flaw(token, [], '}');
      if (token.text === '{') depth++;
      if (token.text === '}') depth--;
    }
  }

  /** What to throw where a token may not stand. */
  flaw({ text, position }: Token, path: Problem['path'], allowed: string): InputError {
    const problem = { path, allowed, file: this.#file, position };
    if (text.startsWith('/*')) {
      const found = '/*';
      return new InputError({ ...problem, path: [], code: 'not-allowed', found, allowed: COMMENTS });
    }
    if (text === '') return new InputError({ ...problem, code: 'syntax', found: 'the file ends here' });
    return new InputError({ ...problem, code: 'not-allowed', found: text });
  }
}

const COMMENTS = 'comments after //, the only ones that MAESTRO has';

const isWord = ({ text }: Token): boolean => !/^[{}]?$/.test(text);

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { 0: found, index } of text.matchAll(TOKEN)) {
    if (found === '\n') {
      line++;
      lineStart = index + 1;
    } else if (!found.startsWith('//')) {
      tokens.push({ text: found, position: { line, column: index - lineStart + 1 } });
    }
  }
  tokens.push({ text: '', position: { line, column: text.length - lineStart + 1 } });
  return tokens;
}
