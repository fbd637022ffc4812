require('./fromSource.cjs');
require('../../lib/quality/queryProcess.ts');
