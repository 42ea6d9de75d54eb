import { runChild } from '../../../runtime/process/index.ts';
import { viewService } from '../view/view-service.ts';

runChild(async (channel) => {
  channel.serve(viewService());
  return Promise.resolve();
});
