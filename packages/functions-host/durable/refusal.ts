/** Something the durable API can't do for its caller; `status` is the HTTP status to answer with. */
export class DurableRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'DurableRefusal';
  }
}
