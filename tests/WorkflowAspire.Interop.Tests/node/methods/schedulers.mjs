// Job schedulers, repeatable jobs of BullMQ 5, and the cron reader of each version of the package.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const readers = {
  5: () => (pattern, options) => require('cron-parser').parseExpression(pattern, options),
  6: () => (pattern, options) => createRequire(require.resolve('bullmq6'))('cron-parser').CronExpressionParser.parse(pattern, options),
};

export default ({ packages, connection, queue, workers, summary }) => ({
  /** The next times of each pattern, one after the other, each found from the one before; null where there is none, 'refused' for no pattern. */
  cronNext: (v, _, cases) => {
    const read = readers[v]();
    return cases.map(({ pattern, tz, after, count }) => {
      const found = [];
      try {
        for (let at = after; found.length < count;) found.push(at = read(pattern, { currentDate: new Date(at), tz }).next().getTime());
      } catch (error) {
        found.push(/loop limit/i.test(error.message) ? null : 'refused');
      }
      return found;
    });
  },

  /** Upserts and says why if that is refused. */
  tryUpsert: async (v, name, id, repeat, template) => {
    try {
      return summary(await queue(v, name).upsertJobScheduler(id, repeat, template)) ?? null;
    } catch (error) {
      return { error: error.message };
    }
  },

  /** Processes one job and upserts the scheduler meanwhile; answers when it is completed. */
  upsertWhileActive: async (v, name, id, repeat, template) => {
    let done;
    const completed = new Promise(resolve => { done = resolve; });
    let isFirst = true;
    const worker = new packages[v].Worker(name, async () => {
      if (isFirst) await queue(v, name).upsertJobScheduler(id, repeat, template);
      isFirst = false;
    }, { connection, drainDelay: 1 });
    worker.on('completed', done);
    await completed;
    workers.set(`${v} ${name}`, worker);
  },

  /** Lets a delayed job be taken now. */
  promote: async (v, name, jobId) => { await (await queue(v, name).getJob(jobId)).promote(); },});
