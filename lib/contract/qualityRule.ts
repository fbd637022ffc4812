/** A rule of the contract about all rows that a run would commit. Plain data, because it is part of the run's plan. */
export interface QualityRule {
  /** Its name in the verdict. */
  name: string;
  /** A failing rule of severity error closes the gate; a warning is reported and never blocks. */
  severity: Severity;
  measure: Measure;
  comparison: Comparison;
}

export type Severity = 'error' | 'warning';

/** What is counted. `percent`: as a percentage of all rows (0 when there are no rows). */
export type Measure =
  | { metric: 'rowCount' }
  | { metric: 'nullValues'; column: string; percent: boolean }
  /** Nulls (when `values` has null) and values that mean "missing". */
  | { metric: 'missingValues'; column: string; values: (Scalar | null)[]; percent: boolean }
  /** Values, except nulls, that are not valid values or that do not fully match the pattern. */
  | { metric: 'invalidValues'; column: string; validValues?: Scalar[]; pattern?: string; percent: boolean }
  /** Rows after the first of each value (or combination); rows with a null do not count. */
  | { metric: 'duplicateValues'; columns: string[]; percent: boolean }
  /** One value that the engine computes. The query reads the dataset's view; `columns` are those that it can read. */
  | { metric: 'sql'; query: string; columns: string[] }
  /** Age in seconds of the newest value at the end of the run's date, so that repeating a run gives the same verdict. */
  | { metric: 'freshness'; column: string; unit: string; unitInSeconds: number };

export type Scalar = string | number | boolean;

export type Operator =
  | 'mustBe'
  | 'mustNotBe'
  | 'mustBeGreaterThan'
  | 'mustBeGreaterOrEqualTo'
  | 'mustBeLessThan'
  | 'mustBeLessOrEqualTo'
  | 'mustBeBetween'
  | 'mustNotBeBetween';

/** Both ends count as between. */
export type Comparison =
  | { operator: 'mustBe' | 'mustNotBe'; value: Scalar }
  | { operator: Exclude<Operator, 'mustBe' | 'mustNotBe' | 'mustBeBetween' | 'mustNotBeBetween'>; value: number }
  | { operator: 'mustBeBetween' | 'mustNotBeBetween'; value: [number, number] };
