import { SETUP_FIELDS } from '../../setup/setup.ts';
import { choice, text } from '../../url/field.ts';

/** What the view's address says: a setup, and the bar that is open. */
export const COMPARE_FIELDS = {
  ...SETUP_FIELDS,
  /** `RS.CONV1`; empty for none. */
  open: text(''),
  /** What the bars of layers are divided into. */
  by: choice(['level', 'data'], 'level'),
} as const;
