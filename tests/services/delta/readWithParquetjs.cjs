// Prints the rows of a Parquet file as JSON. A separate process: parquetjs needs a package that jest cannot load.
const { ParquetReader } = require('@dsnp/parquetjs');

async function main() {
  const reader = await ParquetReader.openFile(process.argv[2]);
  const cursor = reader.getCursor();
  const rows = [];
  for (let row = await cursor.next(); row; row = await cursor.next()) rows.push(row);
  await reader.close();
  console.log(JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? Number(value) : value)));
}

void main();
