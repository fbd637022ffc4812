import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';

/**
 * Faults of a workflow by GitHub's own parser, which has the schema of workflows (no unknown member passes) and reads their
 * expressions. Empty for a sound one.
 * @param {string} name
 * @param {string} content
 */
export async function faultsOf(name, content) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  // Ids, `needs` and filters are checked by the conversion, which adds to the same errors.
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return [...new Set(context.errors.getErrors().map(({ message }) => message))];
}
