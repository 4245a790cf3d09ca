import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';

/** A workflow of as many steps as its input says, started and executed in this process. */
export async function start(url, concurrency) {
  const ow = new OpenWorkflow({ backend: await BackendPostgres.connect(url) });
  const steps = ow.defineWorkflow({ name: 'steps' }, async ({ input, step }) => {
    for (let at = 1; at <= input; at++) await step.run({ name: `step-${at}` }, async () => at);
    return input;
  });
  await ow.newWorker({ concurrency }).start();
  return async count => (await steps.run(count)).result();
}
