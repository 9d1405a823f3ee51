/** What a picture is drawn with: on a canvas, or as the text of an SVG. Lengths are CSS pixels. */
export interface Pen {
  rect(x: number, y: number, width: number, height: number, fill: string): void;
  frame(x: number, y: number, width: number, height: number, stroke: string, thickness: number): void;
  line(x1: number, y1: number, x2: number, y2: number, stroke: string, thickness: number): void;
  /** Centred on its height. */
  text(x: number, y: number, text: string, size: number, fill: string, align: Align): void;
}

type Align = 'start' | 'middle' | 'end';

const FONT = 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** Draws on a canvas. */
export class CanvasPen implements Pen {
  private readonly context: CanvasRenderingContext2D;
  private size = 0;

  constructor(context: CanvasRenderingContext2D) {
    this.context = context;
  }

  /** Begins a picture on an empty canvas. */
  begin(width: number, height: number, scale: number): void {
    const { context } = this;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.textBaseline = 'middle';
    context.lineCap = 'round';
    this.size = 0;
  }

  rect(x: number, y: number, width: number, height: number, fill: string): void {
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
  }

  frame(x: number, y: number, width: number, height: number, stroke: string, thickness: number): void {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = thickness;
    this.context.strokeRect(x, y, width, height);
  }

  line(x1: number, y1: number, x2: number, y2: number, stroke: string, thickness: number): void {
    const { context } = this;
    context.strokeStyle = stroke;
    context.lineWidth = thickness;
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }

  text(x: number, y: number, text: string, size: number, fill: string, align: Align): void {
    const { context } = this;
    // To set a font takes longer than to write with it
    if (size !== this.size) context.font = `${size}px ${FONT}`;
    this.size = size;
    context.fillStyle = fill;
    context.textAlign = align === 'middle' ? 'center' : align;
    context.fillText(text, x, y);
  }
}

/** Draws the same as the text of an SVG. */
export class SvgPen implements Pen {
  private readonly parts: string[] = [];

  rect(x: number, y: number, width: number, height: number, fill: string): void {
    this.parts.push(
      `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${fill}"/>`,
    );
  }

  frame(x: number, y: number, width: number, height: number, stroke: string, thickness: number): void {
    this.parts.push(
      `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="none" stroke="${stroke}" stroke-width="${thickness}"/>`,
    );
  }

  line(x1: number, y1: number, x2: number, y2: number, stroke: string, thickness: number): void {
    this.parts.push(
      `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" stroke-width="${thickness}" stroke-linecap="round"/>`,
    );
  }

  text(x: number, y: number, text: string, size: number, fill: string, align: Align): void {
    this.parts.push(
      `<text x="${at(x)}" y="${at(y)}" font-size="${size}" fill="${fill}" text-anchor="${align}" dominant-baseline="central">${escaped(text)}</text>`,
    );
  }

  /** @param title what the picture shows */
  svg(width: number, height: number, paper: string, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT.replaceAll('"', "'")}">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${width}" height="${height}" fill="${paper}"/>`,
      ...this.parts,
      '</svg>\n',
    ].join('\n');
  }
}

const at = (length: number): string => String(Math.round(length * 100) / 100);

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
