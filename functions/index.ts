import { app } from '@azure/functions';
import { closeApp } from './theApp';
import './activities';
import './http';
import './nightlyIngest';
import './orchestrations';

// Answers are streamed while they are written.
app.setup({ enableHttpStream: true });
app.hook.appTerminate(closeApp);
