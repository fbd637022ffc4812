// A process that commits partitions to one table, and prints each outcome as a line of JSON.
// argv[2]: {"connectionString", "container", "dataset", "runPrefix", "dates", "temporaryDirectory"}. Runs the code in dist/.
const { createAzureStorage } = require('../../../dist/lib/storage/azureStorage.js');
const { commitPartition } = require('../../../dist/lib/delta/commitPartition.js');

const call = JSON.parse(process.argv[2]);
const lake = {
  store: createAzureStorage({ connectionString: call.connectionString }),
  containers: { processed: call.container },
  temporaryDirectory: call.temporaryDirectory,
  duckDb: { memoryLimitInMegabytes: 256 },
};
const field = (name, type) => ({ name, type, nullable: true, metadata: {} });
const schema = { type: 'struct', fields: [field('id', 'string'), field('ingest_date', 'date')] };

async function commitDate(date) {
  const runId = `${call.runPrefix}-${date}`;
  const file = {
    path: `ingest_date=${date}/${runId}.parquet`,
    partitionValues: { ingest_date: date },
    size: 1,
    modificationTime: 0,
    dataChange: true,
    stats: '{"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{}}',
  };
  const commit = { dataset: call.dataset, date, runId, plannedOn: -1, schema, files: [file], metrics: {} };
  try {
    return { runId, date, ...(await commitPartition(lake, commit)) };
  } catch (error) {
    return { runId, date, code: error.code ?? String(error) };
  }
}

async function main() {
  for (const date of call.dates) console.log(JSON.stringify(await commitDate(date)));
}
void main();
