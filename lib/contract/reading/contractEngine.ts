import type { AnalyseQueries } from './sqlQuery';

/** What only the engine of a run can say of a contract. */
export interface ContractEngine {
  analyseQueries: AnalyseQueries;
  /** What is wrong with each regular expression, in their order; undefined where the engine can match with it. */
  patternFaults: (patterns: readonly string[]) => Promise<(string | undefined)[]>;
}
