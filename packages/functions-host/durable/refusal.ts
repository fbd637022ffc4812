/** A request that the durable API refuses. `status` is the HTTP status of the answer. */
export class DurableRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'DurableRefusal';
  }
}
