import { printable } from './format.ts';

/** HTML that is safe to put on a page. */
export interface Markup {
  readonly markup: string;
}

/** A template whose values are escaped, unless they are markup themselves or lists of it. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Markup => ({
  markup: String.raw({ raw: parts }, ...values.map(written)),
});

type Value = string | number | Markup | readonly Markup[] | undefined;

function written(value: Value): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (found) => ENTITIES[found]!);

/** Markup from a maker that escapes by itself. */
export const trusted = (markup: string): Markup => ({ markup });

/** Data for scripts: JSON in which no text can end the element. */
export const jsonScript = (id: string, data: unknown): Markup =>
  html`<script type="application/json" id="${id}">${trusted(JSON.stringify(data).replaceAll('<', '\\u003c'))}</script>`;
