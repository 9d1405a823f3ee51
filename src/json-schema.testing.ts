/** A small JSON Schema validator, for the keywords of draft 7 that Rowhouse's schemas use. */

type Schema = Readonly<Record<string, unknown>>;
type Rule = (value: unknown, given: unknown, schema: Schema) => boolean;

/** Whether a schema allows a JSON value. */
export const allows = (schema: unknown, value: unknown): boolean =>
  Object.entries(schema as Schema).every(([keyword, given]) => {
    if (ANNOTATIONS.has(keyword)) return true;
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`no rule for ${keyword}`);
    return rule(value, given, schema as Schema);
  });

const ANNOTATIONS = new Set(['$schema', '$id', 'title', 'description', 'default']);

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A rule for values of one type; others keep it. */
const forNumbers =
  (rule: (value: number, given: number) => boolean): Rule =>
  (value, given) =>
    typeof value !== 'number' || rule(value, given as number);
const forLists =
  (rule: (value: readonly unknown[], given: unknown, schema: Schema) => boolean): Rule =>
  (value, given, schema) =>
    !Array.isArray(value) || rule(value, given, schema);
const forObjects =
  (rule: (value: Schema, given: unknown, schema: Schema) => boolean): Rule =>
  (value, given, schema) =>
    !isObject(value) || rule(value, given, schema);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
};

const RULES: Readonly<Record<string, Rule>> = {
  type: (value, type) => TYPES[type as string]!(value),
  const: (value, one) => value === one,
  enum: (value, some) => (some as unknown[]).includes(value),
  anyOf: (value, some) => (some as unknown[]).some((one) => allows(one, value)),
  oneOf: (value, some) => (some as unknown[]).filter((one) => allows(one, value)).length === 1,
  pattern: (value, pattern) => typeof value !== 'string' || new RegExp(pattern as string, 'u').test(value),
  minLength: (value, least) => typeof value !== 'string' || [...value].length >= (least as number),
  minimum: forNumbers((value, least) => value >= least),
  maximum: forNumbers((value, most) => value <= most),
  multipleOf: forNumbers((value, factor) => value % factor === 0),
  minItems: forLists((list, least) => list.length >= (least as number)),
  maxItems: forLists((list, most) => list.length <= (most as number)),
  items: forLists((list, items) =>
    Array.isArray(items)
      ? list.slice(0, items.length).every((item, i) => allows(items[i], item))
      : list.every((item) => allows(items, item)),
  ),
  additionalItems: forLists(
    (list, allowed, { items }) => allowed !== false || list.length <= (items as unknown[]).length,
  ),
  required: forObjects((value, keys) => (keys as string[]).every((key) => Object.hasOwn(value, key))),
  properties: forObjects((value, properties) =>
    Object.entries(properties as Schema).every(
      ([key, schema]) => !Object.hasOwn(value, key) || allows(schema, value[key]),
    ),
  ),
  propertyNames: forObjects((value, names) => Object.keys(value).every((key) => allows(names, key))),
  additionalProperties: forObjects((value, allowed, { properties = {} }) =>
    Object.keys(value)
      .filter((key) => !Object.hasOwn(properties as Schema, key))
      .every((key) => allowed !== false && allows(allowed, value[key])),
  ),
};
