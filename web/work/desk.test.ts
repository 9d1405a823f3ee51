import * as Comlink from 'comlink';
import { afterEach, expect, test } from 'vitest';
import { InputError } from '../../src/input-error.ts';
import type { Progress } from '../../src/steps.ts';
import { Desk } from './desk.ts';
import { type OnProgress, StepRunner } from './in-steps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** A worker in this thread: what it does is the same, and it can be closed. */
function workers() {
  const ports: MessagePort[] = [];
  let closed = 0;
  const open = (): Worker => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const runner = new StepRunner();
    Comlink.expose(apiOf(runner), port2 as Comlink.Endpoint);
    port1.start();
    return Object.assign(port1, {
      terminate: () => {
        closed++;
        port2.close();
      },
    }) as unknown as Worker;
  };
  return { open, ports, opened: () => ports.length / 2, closed: () => closed };
}

const apiOf = (runner: StepRunner) => ({
  interrupt: () => runner.interrupt(),
  count: (to: number, onProgress: OnProgress): Promise<Outcome<number>> =>
    outcomeOf(() => runner.run(counting(to), onProgress)),
  refuse: (): Promise<Outcome<never>> =>
    outcomeOf(() => {
      throw new InputError({ code: 'missing', path: ['x'], found: () => 1, allowed: 'y' });
    }),
  fail: (): Promise<Outcome<never>> =>
    outcomeOf(() => {
      throw new Error('a fault');
    }),
  hang: (): Promise<Outcome<never>> => new Promise(() => {}),
});

/** Steps that take 5 ms each. */
function* counting(to: number): Generator<Progress, number> {
  for (let done = 1; done <= to; done++) {
    const end = performance.now() + 5;
    while (performance.now() < end);
    yield { done, of: to };
  }
  return to;
}

let site = workers();
const deskOf = () => {
  site = workers();
  return new Desk<ReturnType<typeof apiOf>>(site.open);
};
afterEach(() => {
  for (const port of site.ports) port.close();
});

test('answers with what the worker found, and tells how far it is', async () => {
  const desk = deskOf();
  const told: Progress[] = [];
  const answer = await desk.ask(
    (api, onProgress) => api.count(30, onProgress),
    (progress) => told.push(progress),
  );
  expect(answer).toMatchObject({ is: 'result', value: 30 });
  expect(told.length).toBeGreaterThan(0);
  expect(told.every(({ done, of }) => done <= of)).toBe(true);
});

test('mistakes of the input come as data, faults with what they say', async () => {
  const desk = deskOf();
  expect(await desk.ask((api) => api.refuse())).toMatchObject({
    is: 'refused',
    problems: [{ code: 'missing', path: ['x'], allowed: 'y' }],
  });
  expect(await desk.ask((api) => api.fail())).toEqual({ is: 'failed', message: 'a fault' });
  expect(await desk.ask((api, told) => api.count(1, told))).toMatchObject({ is: 'result', value: 1 });
});

test('what is asked last is answered, what was asked before is given up between two steps', async () => {
  const desk = deskOf();
  const answers = await Promise.all(
    [5000, 4000, 3].map((to) => desk.ask((api, told) => api.count(to, told))),
  );
  expect(answers.map(({ is }) => is)).toEqual(['superseded', 'superseded', 'result']);
  const running = desk.ask((api, told) => api.count(5000, told));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await desk.ask((api, told) => api.count(2, told))).toMatchObject({ is: 'result', value: 2 });
  expect((await running).is).toBe('superseded');
  expect([site.opened(), site.closed()]).toEqual([1, 0]);
});

test('work that cannot be given up is ended with its worker, and another one goes on', async () => {
  const desk = deskOf();
  const [hung, counted] = await Promise.all([
    desk.ask((api) => api.hang()),
    desk.ask((api) => api.hang()).then(() => desk.ask((api, told) => api.count(2, told))),
    new Promise((resolve) => setTimeout(resolve, 50)).then(() => desk.stop()),
  ]);
  expect(hung.is).toBe('superseded');
  expect(counted).toMatchObject({ is: 'result', value: 2 });
  expect([site.opened(), site.closed()]).toEqual([2, 1]);
});

test('work that takes too long to give up does not keep newer work waiting', async () => {
  const desk = deskOf();
  const hung = desk.ask((api) => api.hang());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await desk.ask((api, told) => api.count(1, told))).toMatchObject({ is: 'result', value: 1 });
  expect((await hung).is).toBe('superseded');
  expect([site.opened(), site.closed()]).toEqual([2, 1]);
});
