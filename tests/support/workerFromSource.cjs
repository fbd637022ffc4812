require('./fromSource.cjs');
require('../../lib/embedding/useLite/worker.ts');
