/** An expectation of the contract over all rows that a run would commit. Plain data: it travels in the run's plan. */
export interface QualityRule {
  /** As the verdict names it. */
  name: string;
  /** A failing rule of severity error closes the gate; a warning is told, and never blocks. */
  severity: Severity;
  measure: Measure;
  comparison: Comparison;
}

export type Severity = 'error' | 'warning';

/** What is counted. `percent`: of all rows (0 when there is none). */
export type Measure =
  | { metric: 'rowCount' }
  | { metric: 'nullValues'; column: string; percent: boolean }
  /** Nulls (when null is among the values) and values that stand for nothing. */
  | { metric: 'missingValues'; column: string; values: (Scalar | null)[]; percent: boolean }
  /** Values, nulls aside, that are not among the valid ones or do not match the pattern as a whole. */
  | { metric: 'invalidValues'; column: string; validValues?: Scalar[]; pattern?: string; percent: boolean }
  /** Rows past the first of each value (or combination); rows with a null do not count. */
  | { metric: 'duplicateValues'; columns: string[]; percent: boolean }
  /** One value, computed by the engine. The query names the dataset's view; the columns that it can read are in `columns`. */
  | { metric: 'sql'; query: string; columns: string[] }
  /** Age in seconds of the newest value at the end of the run's date, so that the same run is always judged alike. */
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

/** Between: both ends count as between. */
export type Comparison =
  | { operator: 'mustBe' | 'mustNotBe'; value: Scalar }
  | { operator: Exclude<Operator, 'mustBe' | 'mustNotBe' | 'mustBeBetween' | 'mustNotBeBetween'>; value: number }
  | { operator: 'mustBeBetween' | 'mustNotBeBetween'; value: [number, number] };
