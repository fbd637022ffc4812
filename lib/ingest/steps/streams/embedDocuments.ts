import { recordProgress } from '../../../runs/recordProgress';
import { embedDocuments } from '../../../indexing/embedDocuments';
import { defineStep, type TaskOfRun } from '../../step';

/** Brings one part of the partition into Qdrant. Embeds only the chunks that Qdrant does not have. */
export const embedDocumentsStep = defineStep({
  work: async ({ lake, committedPart, runs, ...dependencies }, { task, ...key }: TaskOfRun, _log, cancelled) => {
    const rows = lake.documents(await committedPart(key, task), { withText: true });
    const { documents, embedded, reused, deleted } = await embedDocuments(dependencies, rows, key, {
      cancelled,
      report: recordProgress(runs, key, { step: 'embed', task }, ({ documents, ...chunks }) => ({
        rows: documents,
        ...chunks,
      })),
    });
    return { documents, embedded, reused, deleted };
  },
  progress: {
    step: 'embed',
    task: ({ task }) => task,
    counts: ({ documents, ...counts }) => ({ rows: documents, ...counts }),
  },
});
