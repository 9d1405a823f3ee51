import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Fields, type Reading, readFields, writeFields } from './field.ts';
import { type Address, addressOf, hashOf } from './link.ts';

/** The page's own address, whoever changes it. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return useMemo(() => addressOf(hash), [hash]);
}

/** What an address says to a view, and how the view changes it. */
export interface UrlState<S> extends Reading<S> {
  /** Goes on from here, without a new entry in the history: a slider would fill it. */
  set(change: Partial<S>): void;
  /** The address of this view after a change: for links, which make a new entry. */
  link(change: Partial<S>): string;
}

/** The state of a view, kept in the address. */
export function useUrlState<S>(view: string, fields: Fields<S>): UrlState<S> {
  const { query } = useAddress();
  return useMemo(() => {
    const reading = readFields(fields, new URLSearchParams(query));
    const link = (change: Partial<S>) => hashOf(view, writeFields(fields, { ...reading.state, ...change }));
    return { ...reading, link, set: (change) => replaceHash(link(change)) };
  }, [view, fields, query]);
}

/** Takes the place of the address, and tells {@link useAddress}. */
function replaceHash(hash: string): void {
  if (hash === location.hash) return;
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
