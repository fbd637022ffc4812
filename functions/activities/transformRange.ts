import { recordPart } from '../../lib/runs/recordPart';
import { transformRange } from '../../lib/transform/transformRange';
import { registerStep } from './registerStep';

/** One range of a file: validated rows to Parquet, the others to quarantine. */
registerStep('transformRange', async (app, { part, ...key }) => {
  const { rows, rejected, bytes } = await recordPart(
    app.runs,
    key,
    { step: 'transform', part },
    () => transformRange(app.lakehouse, key, part),
    (result) => ({ rows: result.rows, rejected: result.rejected, bytes: result.bytes }),
  );
  return { rows, rejected, bytes };
});
