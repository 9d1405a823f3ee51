import type { PeWords } from '../../../src/chip/journey-pe.ts';
import type { Span } from '../../../src/chip/spans.ts';

/** `filters 16–31`, `channel 2`. */
export const spanText = (name: string, { start, count }: Span): string =>
  count === 1 ? `${name} ${start}` : `${name}s ${start}–${start + count - 1}`;

/** What a PE works on in a pass, in a sentence. */
export function describePe({ filters, channels, filterRow, ofmapRow, ifmapRow, isPadding }: PeWords): string {
  if (channels.count === 0)
    return `It adds to ofmap row ${ofmapRow} what comes from below, and nothing of its own.`;
  const pixels = isPadding ? 'a row of padding' : `ifmap row ${ifmapRow}`;
  return `It slides row ${filterRow} of ${spanText('filter', filters)} along ${pixels} of ${spanText('channel', channels)}, for ofmap row ${ofmapRow}.`;
}
