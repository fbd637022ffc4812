import { untilAborted } from '../../../concurrency/untilAborted';
import { loadDocuments } from '../../../documents/loadDocuments';
import { defineStep, type TaskOfRun } from '../../step';

/** Loads one part of the partition into PostgreSQL. */
export const loadDocumentsStep = defineStep({
  work: async ({ database, lake, committedPart }, { task, ...key }: TaskOfRun, _log, cancelled) => {
    const part = await committedPart(key, task);
    const { rows } = await loadDocuments(
      database,
      key.runId,
      untilAborted(lake.documents(part, { withText: false }), cancelled),
    );
    return { rows };
  },
  progress: {
    step: 'metadata',
    task: ({ task }) => task,
    counts: ({ rows }) => ({ rows }),
  },
});
