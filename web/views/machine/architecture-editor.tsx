import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { describeProblem, type Problem } from '../../../src/input-error.ts';
import { Note } from '../../parts/notice.tsx';
import { useAnswer } from '../../work/use-answer.ts';
import { architect } from './desks.ts';

/** The most problems that are told at once. */
const MOST_TOLD = 8;

/** The file of the architecture, to change. It is checked as it is typed, and taken when that is asked for. */
export function ArchitectureEditor({
  text: given,
  name,
  isOwn,
  take,
}: {
  text: string;
  name: string;
  isOwn: boolean;
  take: (ref: string) => void;
}) {
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  const [opened, setOpened] = useState<{ problems: readonly Problem[]; notes: readonly string[] }>();
  const { answer, isCurrent, value } = useAnswer(text === given && !isOwn ? undefined : text, () =>
    architect.ask((api) => api.readArchitecture(text)),
  );
  const problems = (answer?.is === 'refused' ? answer.problems : opened?.problems) ?? [];
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const id = useId();
  const lines = text.split('\n');
  const wrong = new Set(problems.map(({ position }) => position?.line));

  const open = async (files: readonly File[]) => {
    const texts = await Promise.all(
      files.map(async (file) => ({ file: file.name, text: await file.text() })),
    );
    const read = await architect.ask((api) => api.openArchitecture(texts));
    if (read.is === 'result') {
      setOpened({ problems: [], notes: read.value.notes });
      take(read.value.ref);
    } else if (read.is === 'refused') setOpened({ problems: read.problems, notes: [] });
  };
  const canTake = isCurrent && value !== undefined && text !== given;
  return (
    <details class="editor panel" open={isOwn}>
      <summary>
        {isOwn ? `Your machine, ${name}` : `The file of ${name}: change it, and it is your own machine`}
      </summary>
      <label for={id}>Architecture file, in YAML</label>
      <div class="code">
        <div class="gutter" ref={gutter} aria-hidden="true">
          {lines.map((_, i) => (
            <div key={i} class={wrong.has(i + 1) ? 'wrong' : undefined}>
              {i + 1}
            </div>
          ))}
        </div>
        <textarea
          id={id}
          ref={area}
          value={text}
          rows={Math.min(18, Math.max(8, lines.length))}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          aria-invalid={problems.length > 0}
          aria-describedby={`${id}-problems`}
          onScroll={({ currentTarget }) => {
            gutter.current!.scrollTop = currentTarget.scrollTop;
          }}
          onInput={({ currentTarget }) => {
            setOpened(undefined);
            setText(currentTarget.value);
          }}
        />
      </div>
      <ul class="mistakes" id={`${id}-problems`} aria-live="polite">
        {problems.slice(0, MOST_TOLD).map((problem, i) => (
          <li key={i}>
            {problem.position && (
              <button type="button" onClick={() => goTo(area.current!, problem.position!)}>
                line {problem.position.line}
              </button>
            )}{' '}
            <span class="problem">{describeProblem(withoutPlace(problem))}</span>
          </li>
        ))}
      </ul>
      {opened && opened.notes.length > 0 && (
        <Note>
          {opened.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Note>
      )}
      <div class="row">
        <button type="button" class="main" disabled={!canTake} onClick={() => take(value!.ref)}>
          Map onto this machine
        </button>
        <button type="button" disabled={text === given} onClick={() => setText(given)}>
          Take the changes back
        </button>
        <a
          class="button"
          download={`${name.replaceAll(/[^\w.-]+/g, '-')}.yaml`}
          href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`}
        >
          Save the file
        </a>
        <label class="button file">
          Open a file{' '}
          <input
            type="file"
            multiple
            accept=".yaml,.yml,.json"
            onChange={({ currentTarget }) => {
              void open([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
        </label>
        <small class="hint">A file of Rowhouse, or Timeloop's architecture and ERT together.</small>
      </div>
    </details>
  );
}

const withoutPlace = ({ file, position, ...problem }: Problem): Problem => ({
  ...problem,
  // A file that was opened has a name of its own
  ...(file !== 'architecture.yaml' && file !== undefined && { file, position }),
});

/** Puts the cursor where a problem is. */
function goTo(area: HTMLTextAreaElement, { line, column }: { line: number; column: number }): void {
  const before = area.value.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(at, at);
}
