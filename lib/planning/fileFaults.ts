import { FaultList, PipelineError, type Problem } from '../problems/problem';

/** Most faults shown for one run: as many as a person corrects in one go, and small enough for the run's history. */
const MOST_FAULTS = 12;

/** Collects the faults of a run's files: counts all, keeps the first. */
export class FileFaults {
  private readonly shown: Problem[] = [];
  private readonly codes = new Set<string>();
  private count = 0;

  add(...faults: Problem[]): void {
    for (const fault of faults) {
      this.count += 1;
      this.codes.add(fault.code);
      if (this.shown.length < MOST_FAULTS) this.shown.push(fault);
    }
  }

  get areThere(): boolean {
    return this.count > 0;
  }

  /** Throws one error for all faults, if there are any: with their code, or CSV_FILES_INVALID for several codes. */
  throwAny(): void {
    const [first] = this.shown;
    if (first === undefined) return;
    if (this.count === 1) {
      const { code, message, found, expected, where, remedy } = first;
      throw new PipelineError(code, message, { found, expected, where, remedy });
    }
    const some = this.count > this.shown.length ? `, the first ${this.shown.length} of them` : '';
    throw new FaultList(
      this.codes.size === 1 ? first.code : 'CSV_FILES_INVALID',
      `The files have ${this.count} faults${some}:`,
      this.shown,
      { where: first.where, remedy: 'Correct the files and run the date again.' },
    );
  }
}
