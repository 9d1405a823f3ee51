import { useState } from 'preact/hooks';

/** Pixels of a PNG for each of an SVG: sharp on paper, too. */
const PNG_SCALE = 2;

/** A file that a view can be saved as. */
export interface ExportForm {
  /** `SVG`, `CSV`: the button's text and, in small letters, the file's ending. */
  readonly form: 'SVG' | 'PNG' | 'CSV' | 'JSON' | 'YAML';
  /** Makes it when it is asked for. */
  readonly make: () => string | Promise<string>;
}

const TYPES = {
  SVG: 'image/svg+xml',
  PNG: 'image/png',
  CSV: 'text/csv',
  JSON: 'application/json',
  YAML: 'application/yaml',
} as const;

/** Buttons that save what is shown. `PNG` is made of the text of an SVG. */
export function Export({ name, forms }: { name: string; forms: readonly ExportForm[] }) {
  const [failure, setFailure] = useState('');
  const save = async ({ form, make }: ExportForm) => {
    setFailure('');
    try {
      const text = await make();
      const blob = form === 'PNG' ? await pngOf(text) : new Blob([text], { type: TYPES[form] });
      saveBlob(blob, `${name}.${form.toLowerCase()}`);
    } catch (error) {
      setFailure(`${form} could not be made: ${(error as Error).message}`);
    }
  };
  return (
    <fieldset class="export">
      <legend>Save as</legend>
      {forms.map((one) => (
        <button type="button" key={one.form} onClick={() => save(one)}>
          {one.form}
        </button>
      ))}
      <CopyLink />
      {failure && (
        <small class="problem" role="alert">
          {failure}
        </small>
      )}
    </fieldset>
  );
}

function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copies the page's address, which says all that is shown. */
function CopyLink() {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid('copied');
    } catch {
      setSaid('the browser refuses; the address bar has it');
    }
  };
  return (
    <>
      <button type="button" onClick={copy}>
        Copy link
      </button>
      <small role="status">{said}</small>
    </>
  );
}

async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: TYPES.SVG }));
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement('canvas');
    canvas.width = PNG_SCALE * picture.naturalWidth;
    canvas.height = PNG_SCALE * picture.naturalHeight;
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('too large'))), TYPES.PNG),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
