import { PipelineError } from '../problems/problem';

const DATASET_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const LONGEST_NAME = 63;

/** True for lower-case letters, digits and single inner hyphens: safe as a folder, container and collection name. */
export function isDatasetName(name: string): boolean {
  return name.length <= LONGEST_NAME && DATASET_NAME.test(name);
}

/** Returns the name, or throws DATASET_NAME_INVALID (status 400). Guards every path that is built from it. */
export function requireDatasetName(name: string): string {
  if (isDatasetName(name)) return name;
  throw new PipelineError('DATASET_NAME_INVALID', 'The dataset name is not safe as a folder name.', {
    found: JSON.stringify(name.slice(0, 100)),
    expected: `lower-case letters, digits and single hyphens, at most ${LONGEST_NAME} characters`,
    where: { field: 'dataset' },
    remedy: 'Use the name of a contract file without its extension.',
  });
}
