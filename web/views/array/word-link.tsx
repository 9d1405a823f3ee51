import type { ComponentChildren } from 'preact';
import { isSameWord } from '../../../src/chip/journey-pe.ts';
import type { LayerWord } from '../../../src/chip/journey-stops.ts';
import type { Go } from './on-stage.tsx';
import { nameOf } from './words.ts';

/** A number that leads to the journey of its word. */
export function WordLink({
  word,
  followed,
  link,
  children,
}: {
  word: LayerWord | undefined;
  followed: LayerWord | undefined;
  link: Go['link'];
  children: ComponentChildren;
}) {
  if (word === undefined) return <span class="quiet">{children}</span>;
  const isFollowed = followed !== undefined && isSameWord(word, followed);
  return (
    <a href={link({ word })} title={nameOf(word)} aria-current={isFollowed ? 'true' : undefined}>
      {children}
    </a>
  );
}
