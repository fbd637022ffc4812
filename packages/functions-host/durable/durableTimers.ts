const longestTimeoutInMilliseconds = 2 ** 31 - 1;

/** Timers of orchestrations, by execution and task id. */
export class DurableTimers {
  private readonly armed = new Map<string, Map<number, NodeJS.Timeout>>();

  /** Calls `fire` at `fireAt` (ISO 8601), or at once if that time has passed. */
  arm(executionId: string, id: number, fireAt: string, fire: () => void): void {
    const remaining = Math.max(0, Date.parse(fireAt) - Date.now());
    const timeout = setTimeout(
      () => {
        // setTimeout can't wait longer than 24.8 days, and may fire a millisecond early: check the time again.
        if (Date.now() < Date.parse(fireAt)) return this.arm(executionId, id, fireAt, fire);
        this.armed.get(executionId)?.delete(id);
        fire();
      },
      Math.min(remaining, longestTimeoutInMilliseconds),
    );
    const timers = this.armed.get(executionId) ?? new Map<number, NodeJS.Timeout>();
    this.armed.set(executionId, timers.set(id, timeout));
  }

  cancel(executionId: string, id: number): void {
    const timers = this.armed.get(executionId);
    clearTimeout(timers?.get(id));
    timers?.delete(id);
  }

  /** Cancels all timers of an execution that has ended. */
  cancelExecution(executionId: string): void {
    for (const timeout of this.armed.get(executionId)?.values() ?? []) clearTimeout(timeout);
    this.armed.delete(executionId);
  }

  cancelAll(): void {
    for (const executionId of [...this.armed.keys()]) this.cancelExecution(executionId);
  }
}
