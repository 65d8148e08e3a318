// The texts of one detection in another language.
export interface Told {
  /** The shipped title, or what it begins with where a figure ends it. */
  readonly en: string;
  readonly title: string;
  /** What happened, in the ways the detection tells it; the first whose figures are all known is said. */
  readonly what: readonly string[];
  readonly why: string;
  readonly todo: string;
}
