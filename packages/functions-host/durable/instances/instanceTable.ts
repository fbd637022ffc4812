import { EventType, stamped, type HistoryEvent } from '../episodes/historyEvents';
import { viewHistory } from '../episodes/historyView';
import {
  addToHistory,
  clearHistory,
  createInstance,
  factsOf,
  isEnded,
  receive,
  type Instance,
  type RuntimeStatus,
} from './instance';
import {
  journalVersion,
  readableVersions,
  type ContinuedRecord,
  type EpisodeRecord,
  type JournalRecord,
} from '../journal/journalRecords';

/** All instances in memory, built by applying the journal's records one after another. */
export class InstanceTable {
  private readonly instances = new Map<string, Instance>();

  get(id: string): Instance | undefined {
    return this.instances.get(id);
  }

  all(): IterableIterator<Instance> {
    return this.instances.values();
  }

  /** Applies a record in memory. Records about unknown or purged instances have no effect. */
  apply(record: JournalRecord): void {
    switch (record.t) {
      case 'journal':
        if (readableVersions.includes(record.version)) return;
        throw new Error(`it has version ${record.version}, but this host needs version ${journalVersion}`);
      case 'created': {
        const { id, name, parent, start } = record;
        const [created, executionId] = [start.Timestamp, start.OrchestrationInstance.ExecutionId];
        const facts = { id, name, parent, created, executionId, input: start.Input, updated: created };
        this.instances.set(id, createInstance({ ...facts, status: 'Pending' }, [], [start]));
        return;
      }
      case 'running':
        this.instances.set(record.facts.id, createInstance(record.facts, record.history, record.inbox, record.starts));
        return;
      case 'ended':
        this.instances.set(record.facts.id, { ...createInstance(record.facts, [], []), view: record.view });
        return;
      case 'purged':
        this.instances.delete(record.id);
        return;
      default: {
        const instance = this.instances.get(record.id);
        if (instance) applyChange(instance, record);
      }
    }
  }

  /** The shortest list of records that recreates this table. */
  snapshot(): JournalRecord[] {
    const records: JournalRecord[] = [{ t: 'journal', version: journalVersion }];
    for (const instance of this.instances.values()) {
      const { history, inbox, view } = instance;
      const facts = factsOf(instance);
      const starts = instance.starts.toJson();
      records.push(
        isEnded(instance) ? { t: 'ended', facts, view: view ?? [] } : { t: 'running', facts, history, inbox, starts },
      );
    }
    return records;
  }
}

type Change = Exclude<JournalRecord, { t: 'journal' | 'created' | 'running' | 'ended' | 'purged' }>;

function applyChange(instance: Instance, record: Change): void {
  switch (record.t) {
    case 'message':
      instance.updated = record.event.Timestamp;
      return receive(instance, record.event);
    case 'started':
      return instance.starts.start(record.task);
    case 'interrupted':
      return instance.starts.interrupt(record.task);
    case 'abandoned': {
      const event = instance.scheduled.get(record.task);
      if (event?.EventType === EventType.TaskScheduled) instance.starts.abandon(event);
      return;
    }
    case 'status':
      instance.updated = record.at;
      instance.status = record.status;
      return;
    case 'episode':
      return applyEpisode(instance, record);
    case 'continued':
      return applyContinued(instance, record);
  }
}

function applyEpisode(instance: Instance, record: EpisodeRecord): void {
  const { at } = record;
  addToHistory(instance, [
    stamped(at, { EventType: EventType.OrchestratorStarted as const }),
    ...instance.inbox.splice(0, record.consumed),
    ...record.scheduled,
    stamped(at, { EventType: EventType.OrchestratorCompleted as const }),
  ]);
  instance.delivered = 0;
  instance.updated = at;
  instance.status = record.status;
  instance.output = record.output;
  instance.customStatus = record.customStatus;
  if (isEnded(instance)) end(instance, at);
}

function applyContinued(instance: Instance, record: ContinuedRecord): void {
  // Outcomes belong to the old execution only; events and terminations are for the instance.
  const kept = instance.inbox
    .slice(record.consumed)
    .filter(({ EventType: type }) => type === EventType.EventRaised || type === EventType.ExecutionTerminated);
  clearHistory(instance);
  instance.executionId = record.start.OrchestrationInstance.ExecutionId;
  instance.input = record.start.Input;
  instance.customStatus = record.customStatus;
  instance.updated = record.at;
  if (instance.status !== 'Suspended') instance.status = 'Running';
  instance.inbox = [record.start, ...kept];
}

/** An ended instance keeps only what the status query shows. */
function end(instance: Instance, at: string): void {
  const events: HistoryEvent[] = instance.history;
  instance.view = [...viewHistory(events), completionLine(instance.status, at, instance.output)];
  clearHistory(instance);
  instance.inbox = [];
}

function completionLine(status: RuntimeStatus, at: string, output: string | undefined) {
  return { EventType: 'ExecutionCompleted', Timestamp: at, OrchestrationStatus: status, Result: output ?? null };
}
