// The sample API in a process of its own, which ends with this one.
import { fork } from 'node:child_process';

export function forkSampleApi(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('../main.js', import.meta.url), ['sample-api', '--listen', '0'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', (message: { url: string }) => {
      // It must not keep this process alive once the gateway has stopped.
      child.unref();
      child.channel?.unref();
      resolve(message.url);
    });
    child.once('exit', (code) => reject(new Error(`the sample API ended with code ${code}`)));
    process.once('exit', () => child.kill());
  });
}
