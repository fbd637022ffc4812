import type { ExecutionStarted, HistoryEvent, Message, SchedulingEvent } from '../episodes/historyEvents';
import type { HistoryLine } from '../episodes/historyView';
import type { UnfinishedStartsJson } from '../instances/unfinishedStarts';
import type { InstanceFacts, Parent, RuntimeStatus } from '../instances/instance';

/** One line of the journal: a fact that never changes. `at` is ISO 8601 with milliseconds. */
export type JournalRecord =
  | { t: 'journal'; version: number }
  | { t: 'created'; id: string; name: string; parent?: Parent; start: ExecutionStarted }
  | { t: 'message'; id: string; event: Message }
  | EpisodeRecord
  | ContinuedRecord
  | { t: 'started'; id: string; task: number }
  | { t: 'interrupted'; id: string; task: number }
  | { t: 'abandoned'; id: string; task: number }
  | { t: 'status'; id: string; at: string; status: RuntimeStatus }
  | { t: 'purged'; id: string }
  | { t: 'running'; facts: InstanceFacts; history: HistoryEvent[]; inbox: Message[]; starts?: UnfinishedStartsJson }
  | { t: 'ended'; facts: InstanceFacts; view: HistoryLine[] };

/** One episode, atomic because it is one line: messages consumed, tasks scheduled, and the new status. */
export interface EpisodeRecord {
  t: 'episode';
  id: string;
  at: string;
  consumed: number;
  scheduled: SchedulingEvent[];
  status: RuntimeStatus;
  output?: string;
  customStatus?: string;
}

/** An episode that ended an execution with continue-as-new. */
export interface ContinuedRecord {
  t: 'continued';
  id: string;
  at: string;
  consumed: number;
  customStatus?: string;
  start: ExecutionStarted;
}

/** Since version 2 each line has a checksum. */
export const journalVersion = 2;
export const readableVersions: readonly number[] = [1, journalVersion];
