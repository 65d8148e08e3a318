// One change by one click: it is said when it worked, and said why when it did not.
import { say, sayError } from './toasts.tsx';

/** True when it worked. */
export async function act(work: () => Promise<unknown>, done = ''): Promise<boolean> {
  try {
    await work();
    if (done !== '') say(done);
    return true;
  } catch (error) {
    sayError(error);
    return false;
  }
}
