import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError } from '../input-error.ts';
import type { RunnableModel } from '../run/model.ts';
import { readPicture } from '../run/picture.ts';
import { preprocess } from '../run/preprocess.ts';
import type { InputProcessing } from '../run/processing.ts';
import type { ImageSource } from '../run/run.ts';
import { syntheticImage } from '../run/synthetic-model.ts';
import { readFloats } from '../run/tensor.ts';
import { readBytes, reasonOf } from './files.ts';

/** Images, and a hash of all that they are made of. */
export interface Images extends ImageSource {
  readonly hash: string;
}

const PICTURES: readonly string[] = ['.png', '.jpg', '.jpeg'];
const TENSORS: readonly string[] = ['.npy', '.json'];
const FILES = 'pictures (.png, .jpg) or tensors (.npy, .json)';

/** Floats of pictures that are kept: some hundred MB. Beyond, each is made anew when its turn comes. */
const MOST_KEPT = 1e8;

/**
 * The images of files and folders, in the order in which they are given, those of a folder by their names, with numbers in
 * these as numbers.
 *
 * @throws InputError if a file is no picture and no tensor, if a folder has none, or if an image is not of the network's
 * size; under the flag's name.
 */
export function imagesIn(
  places: readonly string[],
  { input, file }: RunnableModel,
  processing: InputProcessing,
): Images {
  const files = places.flatMap(filesIn);
  const hash = createHash('sha256');
  const pieces: Piece[] = [];
  let shape: readonly number[] | undefined;
  let kept = 0;
  for (const place of files) {
    const bytes = readBytes('--input', place);
    hash.update(`${place.length} ${bytes.length}\n`).update(place).update(bytes);
    const piece = isTensor(place)
      ? tensorPiece(bytes, place, input.sizes, file)
      : picturePiece(bytes, place, input.sizes, processing, { shape, isKept: kept < MOST_KEPT });
    shape ??= piece.shape;
    kept += product(piece.shape);
    checkShape(piece, shape, place, input.sizes, file);
    pieces.push(piece);
  }
  return { ...source(pieces, shape ?? []), hash: hash.digest('hex') };
}

/** Images for a network whose weights are drawn, too. */
export function drawnImages(count: number, shape: readonly number[], seed: number): Images {
  const size = product(shape);
  return {
    names: Array.from({ length: count }, (_, i) => `drawn image ${i + 1}`),
    shape,
    image: (i) => syntheticImage(size, seed + i),
    hash: `${count} ${shape.join('x')} ${seed}`,
  };
}

/** What a file has: one image or several. */
interface Piece {
  readonly names: readonly string[];
  readonly shape: readonly number[];
  readonly image: (i: number) => Float32Array;
}

function filesIn(place: string): readonly string[] {
  const unreadable = (found: string) =>
    new InputError({ code: 'unreadable', path: ['--input'], found: `${place}: ${found}`, allowed: FILES });
  let names: readonly string[];
  try {
    if (!statSync(place).isDirectory()) return [place];
    names = readdirSync(place).filter((name) => isImage(name) && !isFolder(join(place, name)));
  } catch (error) {
    throw unreadable(reasonOf(error as Error));
  }
  if (names.length === 0) throw unreadable(`a folder without ${FILES}`);
  const inOrder = names.toSorted(new Intl.Collator('en', { numeric: true }).compare);
  return inOrder.map((name) => join(place, name));
}

const isFolder = (place: string): boolean =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;

const extension = (name: string): string => extname(name).toLowerCase();
const isTensor = (name: string): boolean => TENSORS.includes(extension(name));
const isImage = (name: string): boolean => PICTURES.includes(extension(name)) || isTensor(name);

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

function tensorPiece(
  bytes: Uint8Array,
  place: string,
  sizes: readonly (number | undefined)[],
  file: string,
): Piece {
  const { shape, values } = readFloats(bytes, place);
  const isOne = shape.length === sizes.length - 1;
  const [count = 1, ...each] = isOne ? [1, ...shape] : shape;
  if (each.length !== sizes.length - 1) throw otherShape(place, shape, taken(sizes, file));
  if (count === 0) throw otherShape(place, shape, 'at least one image');
  const size = product(each);
  const name = basename(place);
  return {
    names: count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}[${i}]`),
    shape: each,
    image: (i) => values.subarray(i * size, (i + 1) * size),
  };
}

function picturePiece(
  bytes: Uint8Array,
  place: string,
  sizes: readonly (number | undefined)[],
  processing: InputProcessing,
  before: { readonly shape: readonly number[] | undefined; readonly isKept: boolean },
): Piece {
  const picture = readPicture(bytes, place);
  if (sizes.length !== 4) {
    throw new InputError({
      code: 'does-not-fit',
      path: ['--input'],
      found: `${place}, a picture`,
      allowed: `a tensor (.npy, .json): the network takes ${sizes.length} dimensions, and pictures are 4 with the batch`,
    });
  }
  const isPlanar = processing.layout === 'NCHW';
  const inOrder = (of: readonly (number | undefined)[]) => (isPlanar ? of : [of[2], of[0], of[1]]);
  const [channels = 3, ...own] = inOrder(sizes.slice(1));
  const [, ...known] = inOrder(before.shape ?? []);
  checkSize(processing.size, own);
  const wanted = [picture.height, picture.width].map(
    (size, d) => own[d] ?? processing.size?.[d] ?? known[d] ?? size,
  );
  const [height, width] = wanted as [number, number];
  const make = (from: typeof picture) =>
    inTermsOfFlags(() => preprocess(from, { channels, height, width }, processing));
  const values = make(picture);
  return {
    names: [basename(place)],
    shape: isPlanar ? [channels, height, width] : [height, width, channels],
    image: before.isKept ? () => values : () => make(readPicture(bytes, place)),
  };
}

/** Problems of how a picture becomes the input, in terms of the flags that say so. */
function inTermsOfFlags<R>(action: () => R): R {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem) => {
        const [first, key] = problem.path;
        if (first === 'input') return { ...problem, path: [`--${key}`] };
        if (first !== 'channels') return problem;
        const allowed = `${problem.allowed}; --layout says which of the network's sizes they are`;
        return { ...problem, path: ['--input'], found: `${problem.found} channels`, allowed };
      }),
    );
  }
}

/** Refuses a size that the network does not take. */
function checkSize(given: readonly number[] | null, own: readonly (number | undefined)[]): void {
  if (given === null || given.every((size, d) => (own[d] ?? size) === size)) return;
  const allowed = `${own.map((size) => size ?? 'any').join(',')}, which the network takes`;
  throw new InputError({ code: 'does-not-fit', path: ['--size'], found: given.join(','), allowed });
}

function checkShape(
  { shape }: Piece,
  first: readonly number[],
  place: string,
  sizes: readonly (number | undefined)[],
  file: string,
): void {
  const [, ...own] = sizes;
  const fits = (wanted: readonly (number | undefined)[]) =>
    shape.length === wanted.length && shape.every((size, d) => (wanted[d] ?? size) === size);
  if (fits(own) && fits(first)) return;
  throw otherShape(
    place,
    shape,
    fits(own) ? `${first.join(' × ')}, as the images before it` : taken(sizes, file),
  );
}

/** What a network takes. */
const taken = ([, ...own]: readonly (number | undefined)[], file: string): string =>
  `${own.map((size) => size ?? 'any').join(' × ')} for each image, as ${file} takes`;

const otherShape = (place: string, shape: readonly number[], allowed: string): InputError =>
  new InputError({
    code: 'does-not-fit',
    path: ['--input'],
    found: `${place} of ${shape.join(' × ') || 'no dimensions'}`,
    allowed,
  });

function source(pieces: readonly Piece[], shape: readonly number[]): ImageSource {
  const images = pieces.flatMap(({ names, image }) =>
    names.map((name, i) => ({ name, make: () => image(i) })),
  );
  return { names: images.map(({ name }) => name), shape, image: (i) => images[i]!.make() };
}
