import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { Problem } from '../../src/input-error.ts';
import { Desk } from '../work/desk.ts';
import type { Reader } from '../work/reader.worker.ts';
import type { ReadNetwork } from './read-files.ts';

/** Files beyond this are refused before they are read. */
const MOST_BYTES = 2 ** 30;

/** What became of the files that were given last. */
export type Dropped =
  | { readonly is: 'nothing' }
  | { readonly is: 'reading'; readonly name: string }
  | { readonly is: 'read'; readonly name: string; readonly network: ReadNetwork }
  | { readonly is: 'refused'; readonly name: string; readonly problems: readonly Problem[] };

interface Given {
  readonly dropped: Dropped;
  /** Reads files; `shapes` are sizes that an ONNX file leaves open. */
  readonly open: (files: readonly File[], shapes?: readonly string[]) => void;
  /** Reads the last files again, with sizes. */
  readonly again: (shapes: readonly string[]) => void;
  /** Names that have been read since the page was opened, by what the address says for them. */
  readonly names: ReadonlyMap<string, string>;
}

const DroppedFiles = createContext<Given | undefined>(undefined);

/** The files that were dropped on the page, wherever on it. */
export function useDropped(): Given {
  return useContext(DroppedFiles)!;
}

const reader = new Desk<Reader>(
  () => new Worker(new URL('../work/reader.worker.ts', import.meta.url), { type: 'module', name: 'reader' }),
);

/** Takes files from anywhere on the page and reads them in a worker. They stay in the browser. */
export function DropArea({
  onNetwork,
  children,
}: {
  onNetwork: (network: ReadNetwork) => void;
  children: ComponentChildren;
}) {
  const [dropped, setDropped] = useState<Dropped>({ is: 'nothing' });
  const [files, setFiles] = useState<readonly File[]>([]);
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const [isOver, setOver] = useState(false);
  const open = async (given: readonly File[], shapes: readonly string[] = []) => {
    const [first] = given;
    if (first === undefined) return;
    const { name } = first;
    setFiles(given);
    setDropped({ is: 'reading', name });
    const problems = given.filter(({ size }) => size > MOST_BYTES).map(tooLarge);
    if (problems.length > 0) return setDropped({ is: 'refused', name, problems });
    const answer = await reader.ask(async (api) => api.readNetwork(await contentOf(given), shapes));
    if (answer.is === 'superseded') return;
    if (answer.is !== 'result') {
      const unreadable: Problem = {
        code: 'unreadable',
        path: [],
        found: answer.is === 'failed' ? answer.message : '',
        allowed: '',
        file: name,
      };
      return setDropped({
        is: 'refused',
        name,
        problems: answer.is === 'refused' ? answer.problems : [unreadable],
      });
    }
    const network = answer.value;
    setNames((before) => new Map(before).set(network.ref, network.name));
    setDropped({ is: 'read', name, network });
    onNetwork(network);
  };
  useEffect(() => listen(setOver, (given) => void open(given)));
  const given = useMemo(
    (): Given => ({
      dropped,
      names,
      open: (some, shapes) => void open(some, shapes),
      again: (shapes) => void open(files, shapes),
    }),
    [dropped, names, files],
  );
  return (
    <DroppedFiles.Provider value={given}>
      {children}
      {isOver && <div class="drop-here">Drop it anywhere. It stays in your browser.</div>}
    </DroppedFiles.Provider>
  );
}

const tooLarge = ({ name, size }: File): Problem => ({
  code: 'out-of-range',
  path: [],
  found: `${size} bytes`,
  allowed: `at most ${MOST_BYTES} bytes on this page; the command rowhouse takes more`,
  file: name,
});

const contentOf = (files: readonly File[]) =>
  Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );

/** Listens to files that come over the page; returns how to stop. */
function listen(setOver: (isOver: boolean) => void, take: (files: readonly File[]) => void): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files');
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) setOver(false);
  };
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    take([...(event.dataTransfer?.files ?? [])]);
  };
  addEventListener('dragover', over);
  addEventListener('dragleave', leave);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('dragleave', leave);
    removeEventListener('drop', drop);
  };
}
