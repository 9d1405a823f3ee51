/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of itself and all inside. */
  text: string;
  readonly children: Element[];
}

const TOKEN = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const STRAY = /&(?!(?:amp|lt|gt|quot|apos|#\d+);)|(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/u;

/** A small reader of XML as Vega writes it, strict enough to tell what is not well-formed: it throws there. */
export function readXml(source: string): Element {
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const stray = STRAY.exec(source);
  if (stray) throw new Error(`not allowed in XML: ${JSON.stringify(stray[0])}`);
  TOKEN.lastIndex = 0;
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(source);
    if (token === null) throw new Error(`not well-formed: ${source.slice(at, at + 80)}`);
    const [, closing, name = '', attributes = '', empty, text] = token;
    if (text !== undefined) {
      for (const element of open) element.text += unescaped(text);
    } else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        unescaped(value!),
      ]);
      const element = { name, attributes: Object.fromEntries(pairs), text: '', children: [] };
      if (new Set(pairs.map(([key]) => key)).size < pairs.length)
        throw new Error(`<${name}> repeats an attribute`);
      open.at(-1)!.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length > 1 || root.children.length !== 1) throw new Error('not one closed element');
  return root.children[0]!;
}

/** An element and all inside it. */
export const everyElement = (element: Element): Element[] => [
  element,
  ...element.children.flatMap(everyElement),
];

const unescaped = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
