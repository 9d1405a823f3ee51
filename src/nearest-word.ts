import { distance } from 'fastest-levenshtein';

/** Longer words than this are no slip of the keyboard. */
const LONGEST_WORD = 60;

/**
 * The word that `word` looks misspelt for, if any: one of the same letters, or else the closest that is at most a
 * third of its letters away, or else one that begins it or that it begins. Case and punctuation do not count.
 */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const found = plain(word);
  const edits = words.map((other) =>
    letters(found) === letters(plain(other)) ? 0 : distance(found, plain(other)),
  );
  const fewest = Math.min(...edits);
  if (fewest <= found.length / 3) return words[edits.indexOf(fewest)];
  return words.find((other) => begins(found, plain(other)) || begins(plain(other), found));
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const letters = (word: string): string => [...word].sort().join('');

const begins = (start: string, word: string): boolean => start.length >= 3 && word.startsWith(start);
