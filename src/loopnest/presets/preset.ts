/** An architecture or constraints that come with Rowhouse, as the text of a YAML file. */
export interface NestPreset {
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Where its sizes or rules are from. */
  readonly source: string;
  /** What `parseArchitecture` or `parseConstraints` reads. */
  readonly yaml: string;
}
