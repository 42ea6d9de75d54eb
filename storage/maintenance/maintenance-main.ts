import { runChild } from '../../runtime/process/index.ts';
import { localFileSystem } from '../file/local-file-system.ts';
import { serveMaintenance } from './serve-maintenance.ts';

runChild((channel) => {
  serveMaintenance(channel, process.argv[2], localFileSystem());
  return Promise.resolve();
});
