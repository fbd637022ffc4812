import { Worker } from 'node:worker_threads';
import { PipelineError } from '../../problems/problem';
import type { EncodedTexts, WorkerReply, WorkerRequest, WorkerSettings } from './workerMessages';

interface Job {
  texts: string[];
  rank: number;
  resolve(encoded: EncodedTexts): void;
  reject(error: Error): void;
}

interface Member {
  worker: Worker;
  /** Batches that were sent and not yet answered, by request id. */
  underWay: Map<number, Job>;
}

/** One batch is computed while the next waits in the worker, so that a busy main thread doesn't starve it. */
const BATCHES_PER_WORKER = 2;

export interface WorkerPoolOptions {
  /** Compiled JavaScript of the worker. */
  file: string;
  size: number;
  settings: WorkerSettings;
}

/** Worker threads that start with the first batch and are replaced when they die. */
export class WorkerPool {
  private readonly members: Member[] = [];
  private readonly waiting: Job[] = [];
  private nextId = 1;
  private closed = false;

  constructor(private readonly options: WorkerPoolOptions) {}

  /**
   * Encodes one batch. Waiting batches with the lowest rank go first. When a worker dies, its batches fail with
   * EMBEDDING_WORKER_FAILED, retryable.
   */
  run(texts: string[], rank: number): Promise<EncodedTexts> {
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const behind = this.waiting.findIndex((job) => job.rank > rank);
      this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, { texts, rank, resolve, reject });
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const job of this.waiting.splice(0)) job.reject(closedError());
    await Promise.all(this.members.splice(0).map(({ worker }) => worker.terminate()));
  }

  private dispatch(): void {
    while (this.waiting.length > 0) {
      const member = this.leastBusy();
      if (member.underWay.size >= BATCHES_PER_WORKER) return;
      const job = this.waiting.shift();
      if (job) this.send(member, job);
    }
  }

  private send(member: Member, job: Job): void {
    const id = this.nextId++;
    member.underWay.set(id, job);
    // Only a worker with work keeps the process alive.
    member.worker.ref();
    member.worker.postMessage({ id, texts: job.texts } satisfies WorkerRequest);
  }

  private leastBusy(): Member {
    while (this.members.length < this.options.size) this.members.push(this.startMember());
    return this.members.reduce((least, member) => (member.underWay.size < least.underWay.size ? member : least));
  }

  private startMember(): Member {
    const worker = new Worker(this.options.file, { workerData: this.options.settings });
    const member: Member = { worker, underWay: new Map() };
    let cause: unknown;
    worker.on('message', (reply: WorkerReply) => this.receive(member, reply));
    worker.on('error', (error) => (cause = error));
    worker.on('exit', (exitCode) => this.removeMember(member, exitCode, cause));
    worker.unref();
    return member;
  }

  private receive(member: Member, reply: WorkerReply): void {
    const job = member.underWay.get(reply.id);
    member.underWay.delete(reply.id);
    if (member.underWay.size === 0) member.worker.unref();
    if ('vectors' in reply) job?.resolve(reply);
    else job?.reject(new PipelineError('EMBEDDING_FAILED', `The embedding model failed: ${reply.error}`));
    this.dispatch();
  }

  private removeMember(member: Member, exitCode: number, cause: unknown): void {
    const position = this.members.indexOf(member);
    if (position >= 0) this.members.splice(position, 1);
    const reason = cause instanceof Error ? cause.message : `exit code ${exitCode}`;
    const error = new PipelineError('EMBEDDING_WORKER_FAILED', `An embedding worker stopped: ${reason}`, {
      remedy: 'A new worker is started with the next batch. If this repeats, check memory and the npm install.',
      cause,
    });
    for (const job of member.underWay.values()) job.reject(this.closed ? closedError() : error);
    if (!this.closed) this.dispatch();
  }
}

function closedError(): PipelineError {
  return new PipelineError('EMBEDDING_CLOSED', 'The embedder was closed while it was in use.', {
    remedy: 'The app is stopping: repeat the call when it runs again.',
  });
}
