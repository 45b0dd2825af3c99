/** Questions to a worker and its answers, one at a time per question number. */

export type Work = Record<string, (argument: never) => Promise<unknown>>;

interface Question {
  readonly number: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly number: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** In the worker: answer the questions named in `work`. */
export function answer(work: Work): void {
  self.addEventListener('message', (event: MessageEvent<Question>) => {
    const { number, name, argument } = event.data;
    const doing = work[name];
    const done = doing === undefined ? Promise.reject(new Error(`no work named ${name}`)) : doing(argument as never);
    done.then(
      (result) => self.postMessage({ number, result } satisfies Answer),
      (error: Error) => self.postMessage({ number, error: { name: error.name, message: error.message } } satisfies Answer),
    );
  });
}

/** On the page: a function that asks the worker. */
export function asker(worker: Worker): <T>(name: string, argument: unknown) => Promise<T> {
  let last = 0;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  worker.addEventListener('message', (event: MessageEvent<Answer>) => {
    const { number, result, error } = event.data;
    const asked = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) asked?.resolve(result as never);
    else asked?.reject(Object.assign(new Error(error.message), { name: error.name }));
  });
  worker.addEventListener('error', (event) => {
    for (const asked of waiting.values()) asked.reject(new Error(event.message || 'the worker could not start'));
    waiting.clear();
  });
  return (name, argument) =>
    new Promise((resolve, reject) => {
      const number = ++last;
      waiting.set(number, { resolve, reject });
      worker.postMessage({ number, name, argument } satisfies Question);
    });
}
