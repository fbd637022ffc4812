import { createHash } from 'node:crypto';
import type { TaskScheduled } from '../episodes/historyEvents';

/** As the journal keeps it: task ids with their starts, and abandoned activities. */
export interface UnfinishedStartsJson {
  counts: [task: number, starts: number][];
  abandoned: string[];
}

/**
 * How often the activities of one execution were started without a result. A start counts when the process ended before
 * the activity did and had no time to stop: it was killed, blocked or out of memory, perhaps by this activity.
 */
export class UnfinishedStarts {
  private readonly counts: Map<number, number>;
  /** Hashes of name and input, because the next attempt of a retry policy is another task with the same input. */
  private readonly abandoned: Set<string>;

  constructor({ counts, abandoned }: UnfinishedStartsJson = { counts: [], abandoned: [] }) {
    this.counts = new Map(counts);
    this.abandoned = new Set(abandoned);
  }

  of(task: number): number {
    return this.counts.get(task) ?? 0;
  }

  isAbandoned(event: TaskScheduled): boolean {
    return this.abandoned.size > 0 && this.abandoned.has(hashOf(event));
  }

  start(task: number): void {
    this.counts.set(task, this.of(task) + 1);
  }

  /** Takes back the last start, when the host itself interrupted the activity. */
  interrupt(task: number): void {
    this.counts.set(task, this.of(task) - 1);
  }

  finish(task: number): void {
    this.counts.delete(task);
  }

  abandon(event: TaskScheduled): void {
    this.abandoned.add(hashOf(event));
  }

  /** Undefined when there is nothing to keep. */
  toJson(): UnfinishedStartsJson | undefined {
    if (this.counts.size === 0 && this.abandoned.size === 0) return undefined;
    return { counts: [...this.counts], abandoned: [...this.abandoned] };
  }
}

function hashOf({ Name, Input }: TaskScheduled): string {
  return createHash('sha256')
    .update(JSON.stringify([Name, Input]))
    .digest('hex')
    .slice(0, 32);
}
