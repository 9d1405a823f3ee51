import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { nearestWord } from '../src/nearest-word.ts';
import { DropArea } from './network/dropped.tsx';
import { Failure, Problems } from './parts/notice.tsx';
import { useAddress } from './url/address.ts';
import { addressOf, hashOf } from './url/link.ts';
import { VIEWS, type View } from './views/registry.ts';
import { NETWORK_KEYS, queryFor } from './views/trail.ts';

/** The page: its head, and the view that its address names. */
export function App() {
  const address = useAddress();
  const view = VIEWS.find(({ id }) => id === (address.view || VIEWS[0]!.id));
  const trail = useRef(new Map<string, string>());
  if (view) trail.current.set(view.id, address.query);
  return (
    <DropArea onNetwork={({ ref }) => showNetwork(ref)}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the view
      </button>
      <header class="head">
        <a class="name" href={hashOf(VIEWS[0]!.id, '')}>
          Rowhouse
        </a>
        <nav aria-label="Views">
          {VIEWS.map((one) => (
            <a
              key={one.id}
              href={hashOf(one.id, queryFor(one, view, trail.current))}
              aria-current={one === view ? 'page' : undefined}
            >
              {one.title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {view ? <Loaded key={view.id} view={view} /> : <NoSuchView name={address.view} />}
      </main>
      <footer class="foot">
        Everything is computed in this browser: nothing that you open or type is sent anywhere. The model is
        that of the Eyeriss paper, ISCA 2016.
      </footer>
    </DropArea>
  );
}

/** Shows a network where the person is, or in the first view if that shows none; what else is chosen stays. */
function showNetwork(ref: string): void {
  const { view: id, query } = addressOf(location.hash);
  const view = VIEWS.find((one) => one.id === id && one.shares.includes('net'));
  const kept = new URLSearchParams(view && query);
  for (const key of NETWORK_KEYS) kept.delete(key);
  kept.set('net', ref);
  location.hash = hashOf(view?.id ?? VIEWS[0]!.id, kept);
}

/** A view, once its code is here. */
function Loaded({ view }: { view: View }) {
  const [Shown, setShown] = useState<ComponentType>();
  const [failure, setFailure] = useState('');
  useEffect(() => {
    document.title = `${view.title} · Rowhouse`;
    view.load().then(
      (component) => setShown(() => component),
      (error: Error) => setFailure(error.message),
    );
  }, [view]);
  if (failure) return <Failure message={failure} />;
  return Shown ? <Shown /> : <p class="waiting">Loading …</p>;
}

function NoSuchView({ name }: { name: string }) {
  const ids = VIEWS.map(({ id }) => id);
  const suggestion = nearestWord(name, ids);
  return (
    <>
      <h1>There is no such view</h1>
      <Problems
        problems={[
          {
            code: 'not-allowed',
            path: ['view'],
            found: name.slice(0, 60),
            allowed: ids.join(', '),
            suggestion,
          },
        ]}
      />
    </>
  );
}
