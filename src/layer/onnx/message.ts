import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { InputError } from '../../input-error.ts';

/** A model of more messages, names and numbers than this is none: real ones have some ten thousand. */
const MOST_VALUES = 500_000;

/** Bytes of the longest name: of a tensor, of a node with the path of its module. */
const LONGEST_NAME = 4096;

/** What may stand in a file as a whole number, and be one here. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** What takes each field of a message that is of interest, by its number; other fields are skipped. */
export type Fields<T> = Readonly<Record<number, (to: T, field: Field) => void>>;

/** A file as it is read: one reader for all its messages. */
interface Source {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly reader: BinaryReader;
  /** Values read so far. */
  values: number;
}

/** What leads to a message within another. */
type Step = string | number;

/**
 * One message of a protobuf file as it is read, field by field. Bytes are handed out as views of the file, never copied, so
 * that weights take no memory beside it.
 */
export class Message {
  readonly #source: Source;
  readonly #start: number;
  readonly #end: number;
  readonly #parent: Message | undefined;
  readonly #steps: readonly Step[];

  private constructor(source: Source, end: number, parent?: Message, steps: readonly Step[] = []) {
    this.#source = source;
    this.#start = source.reader.pos;
    this.#end = end;
    this.#parent = parent;
    this.#steps = steps;
  }

  /** The message that a whole file is. */
  static of(bytes: Uint8Array, file: string): Message {
    return new Message({ file, bytes, reader: new BinaryReader(bytes), values: 0 }, bytes.length);
  }

  /** The message as it stands in the file: a view. */
  get bytes(): Uint8Array {
    return this.#source.bytes.subarray(this.#start, this.#end);
  }

  /**
   * Reads the message to its end into something, which it returns.
   *
   * @throws InputError with the byte and the path, if it is damaged or the file has too many values to be a model.
   */
  read<T>(fields: Fields<T>, to: T): T {
    const { reader } = this.#source;
    while (reader.pos < this.#end) {
      const start = reader.pos;
      try {
        const [number, wireType] = reader.tag();
        const take = fields[number];
        if (take === undefined) reader.skip(wireType, number);
        else take(to, new Field(this, reader, wireType));
        if (reader.pos > this.#end) throw CUT_OFF;
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw this.flaw(`damaged at byte ${start}: ${reasonOf(error as Error)}`);
      }
    }
    return to;
  }

  /** The next bytes of the file as a message of their own. */
  within(steps: readonly Step[]): Message {
    const { reader } = this.#source;
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > this.#end) throw CUT_OFF;
    return new Message(this.#source, end, this, steps);
  }

  /** Counts a value, so that a file of nothing but tiny ones does not fill the memory. */
  count(): void {
    if (++this.#source.values > MOST_VALUES) {
      throw this.flaw(`more than ${MOST_VALUES} messages, names and numbers, which no model has`);
    }
  }

  /** What is wrong with this message. */
  flaw(found: string): InputError {
    const { file } = this.#source;
    return new InputError({ code: 'syntax', path: this.#path(), found, allowed: 'an ONNX model', file });
  }

  #path(): readonly Step[] {
    return this.#parent ? [...this.#parent.#path(), ...this.#steps] : this.#steps;
  }
}

/** A field of a message, to be read once and as what it is. */
export class Field {
  readonly #message: Message;
  readonly #reader: BinaryReader;
  readonly #wireType: WireType;

  constructor(message: Message, reader: BinaryReader, wireType: WireType) {
    this.#message = message;
    this.#reader = reader;
    this.#wireType = wireType;
    message.count();
  }

  /** A name. */
  text(): string {
    this.#expect(WireType.LengthDelimited);
    const start = this.#reader.pos;
    const bytes = this.#reader.bytes();
    if (bytes.length <= LONGEST_NAME) {
      this.#reader.pos = start;
      return this.#reader.string();
    }
    throw new Error(`a name of ${bytes.length} bytes, and ${LONGEST_NAME} are the most`);
  }

  /** A view of the file. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  float(): number {
    this.#expect(WireType.Bit32);
    return this.#reader.float();
  }

  /** A whole number of up to 64 bits. */
  integer(): number {
    this.#expect(WireType.Varint);
    return safe(this.#reader.int64());
  }

  /** Adds a number of a list, or all of it where it is packed. */
  integers(to: number[]): void {
    this.#list(WireType.Varint, () => to.push(safe(this.#reader.int64())));
  }

  /** Adds a number of a list, or all of it where it is packed. */
  floats(to: number[]): void {
    this.#list(WireType.Bit32, () => to.push(this.#reader.float()));
  }

  /** Adds a view of the numbers of a list: of all where it is packed, or of one. */
  views(to: Uint8Array[]): void {
    if (this.#wireType === WireType.LengthDelimited) to.push(this.#reader.bytes());
    else to.push(this.#reader.skip(this.#wireType));
  }

  /** A message in this one. `steps` are what leads to it, for messages about it. */
  message(...steps: readonly Step[]): Message {
    this.#expect(WireType.LengthDelimited);
    return this.#message.within(steps);
  }

  #list(one: WireType, push: () => void) {
    if (this.#wireType === one) {
      push();
      return;
    }
    this.#expect(WireType.LengthDelimited);
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw CUT_OFF;
    while (this.#reader.pos < end) {
      this.#message.count();
      push();
    }
    if (this.#reader.pos !== end) throw new Error('a number reaches beyond its list');
  }

  #expect(wireType: WireType): void {
    if (this.#wireType !== wireType) throw new Error(`wire type ${this.#wireType} instead of ${wireType}`);
  }
}

/** Slices "to the end" are said with the largest numbers that there are. */
function safe(value: bigint | string): number {
  const integer = BigInt(value);
  if (integer > SAFE) return Number.MAX_SAFE_INTEGER;
  return integer < -SAFE ? -Number.MAX_SAFE_INTEGER : Number(integer);
}

const CUT_OFF = new RangeError('it ends within a field, as a file does that was cut off');

const reasonOf = ({ message }: Error): string => (message === 'premature EOF' ? CUT_OFF.message : message);
