import { app } from '@azure/functions';
import { closeApp } from './theApp';
import './activities';
import './http';
import './nightlyIngest';
import './orchestrations';

// Needed for answers that are streamed while the model writes them.
app.setup({ enableHttpStream: true });
app.hook.appTerminate(closeApp);
