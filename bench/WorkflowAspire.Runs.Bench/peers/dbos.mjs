import { DBOS } from '@dbos-inc/dbos-sdk';

/** A workflow of as many steps as its input says, started and executed in this process. */
export async function start(url) {
  const steps = DBOS.registerWorkflow(async count => {
    for (let step = 1; step <= count; step++) await DBOS.runStep(async () => step, { name: `step-${step}` });
    return count;
  }, { name: 'steps' });
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: 80, logLevel: 'error', runAdminServer: false });
  await DBOS.launch();
  return async count => (await DBOS.startWorkflow(steps)(count)).getResult();
}
