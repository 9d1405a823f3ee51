/** A first-in-first-out buffer of words between two parts that do not run in step. */
export class Fifo {
  /** Words in it. */
  size = 0;
  /** Words that it can hold. */
  readonly capacity: number;
  private readonly words: Int16Array;
  private head = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.words = new Int16Array(capacity);
  }

  get room(): number {
    return this.capacity - this.size;
  }

  /** Puts a word in; there must be room. */
  push(word: number): void {
    const at = this.head + this.size++;
    this.words[at < this.capacity ? at : at - this.capacity] = word;
  }

  /** Takes the oldest word out; there must be one. */
  pop(): number {
    const word = this.words[this.head]!;
    this.head = this.head + 1 < this.capacity ? this.head + 1 : 0;
    this.size--;
    return word;
  }

  /** A copy of the words in it, the oldest first. */
  contents(): Int16Array {
    return Int16Array.from({ length: this.size }, (_, i) => this.words[(this.head + i) % this.capacity]!);
  }
}
