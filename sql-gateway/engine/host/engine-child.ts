import { runChild } from '../../../runtime/process/index.ts';
import { engineService } from './engine-service.ts';

runChild((channel) => {
  channel.serve(engineService(channel));
  return Promise.resolve();
});
