import { contractParameters, contractVersionList } from '../../../lib/api/contracts';
import { listContractVersions } from '../../../lib/staging/listContractVersions';
import { defineRoute } from '../route';
import { SAMPLE } from '../sampleRequests';

export const listContractVersionsRoute = defineRoute({
  name: 'listContractVersions',
  method: 'GET',
  path: 'contracts/{dataset}/versions',
  summary:
    'Lists the versions of the contract of a dataset, latest first: what changed, when each was first used, and for which dates.',
  role: 'reader',
  request: { params: contractParameters },
  response: { status: 200, body: contractVersionList },
  problems: ['DATASET_UNKNOWN'],
  example: { params: { dataset: SAMPLE.dataset } },
  handler: async ({ params: { dataset } }, { app }) => ({
    body: { dataset, versions: await listContractVersions(app.lakehouse, dataset) },
  }),
});
