import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

/** A text, compressed, in characters that an address takes as they are. */
export const packText = (text: string): string => base64url(deflateSync(strToU8(text), { level: 9 }));

/**
 * The text that {@link packText} made characters of.
 *
 * @param most bytes of the text: a little can unpack to very much, and what is beyond the room for it is dropped
 * @throws Error if the characters are damaged.
 */
export const unpackText = (characters: string, most: number): string =>
  strFromU8(inflateSync(bytesOf(characters), { out: new Uint8Array(most) }));

/** Base64 of the kind that needs no escapes in an address. */
const base64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
