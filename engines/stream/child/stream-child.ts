import { runChild } from '../../../runtime/process/index.ts';
import { queryService } from './query-service.ts';

runChild(async (channel) => {
  channel.serve(queryService());
  return Promise.resolve();
});
