import { PlatformError } from '../../spi/index.ts';
import { type ChildHandle, type Json, RemoteView } from '../../runtime/process/index.ts';
import { VIEW_METHODS, type ViewMessage } from './view/view-message.ts';

/** Begins a view in a process that keeps none yet. After an error of a call the process is gone.
 *  @throws ENGINE_UNSUPPORTED, ENGINE_LOST, STORAGE_CORRUPT, STORAGE_IO */
export async function startChildView(child: ChildHandle, message: ViewMessage): Promise<RemoteView> {
  const close = async (): Promise<void> => {
    child.kill();
    await child.exited;
  };
  const explain = async (error: unknown): Promise<PlatformError> => {
    await close();
    return PlatformError.from(error, 'ENGINE_FAILED');
  };
  try {
    await child.channel.call(VIEW_METHODS.start, message as unknown as Json);
  } catch (error) {
    throw await explain(error);
  }
  return new RemoteView({ channel: child.channel, methods: VIEW_METHODS, address: {}, explain, close });
}
