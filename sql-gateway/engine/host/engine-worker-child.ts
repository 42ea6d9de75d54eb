import { runWorker } from '../../../runtime/process/index.ts';
import { engineService } from './engine-service.ts';

runWorker((channel) => {
  channel.serve(engineService(channel));
  return Promise.resolve();
});
