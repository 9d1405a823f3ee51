import { type Fields, readFields, writeFields } from './field.ts';

/*
 * All that the page shows is in the part of its address that browsers keep to themselves: `#/compare?net=alexnet&batch=4`.
 */

/** What an address names: a view, and what to show in it. */
export interface Address {
  readonly view: string;
  readonly query: string;
}

/** The address in a location's hash. */
export function addressOf(hash: string): Address {
  const [path = '', ...query] = hash.replace(/^#?\/?/, '').split('?');
  return { view: path, query: query.join('?') };
}

/** What a link to a view says: `#/compare?batch=4`. */
export function hashOf(view: string, query: URLSearchParams | string): string {
  const text = String(query);
  return `#/${view}${text && `?${text}`}`;
}

/** The hash of a view in a state: what a link to it says. */
export const linkTo = <S>(view: string, fields: Fields<S>, state: Partial<S>): string => {
  const fallbacks = readFields(fields, new URLSearchParams()).state;
  return hashOf(view, writeFields(fields, { ...fallbacks, ...state }));
};
