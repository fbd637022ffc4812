import { app } from '@azure/functions';
import { closeApp } from './theApp';
import './http/startRun';
import './http/runs';
import './http/replayRun';
import './http/decideRun';
import './http/quarantine';
import './http/ask';
import './http/documents';
import './http/health';
import './http/unknownRoute';
import './nightlyIngest';
import './orchestrations';
import './activities';

// Answers are streamed while they are written.
app.setup({ enableHttpStream: true });
app.hook.appTerminate(closeApp);
