require('./fromSource.cjs');
require('../../lib/language/chunkWorker.ts');
