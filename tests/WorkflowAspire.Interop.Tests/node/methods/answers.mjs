// What a program hears of a worker, and what it reads of the jobs that it was given.
import { Redis } from 'ioredis';

export default ({ packages, connection, workers }) => {
  const redis = new Redis({ ...connection, lazyConnect: true });
  const ended = job => ({
    attemptsMade: job.attemptsMade, delay: job.delay, returnvalue: job.returnvalue ?? null, failedReason: job.failedReason ?? null,
    traces: job.stacktrace?.length ?? 0, isFinished: job.finishedOn > 0,
  });

  async function worker(v, name, processor, options) {
    const made = new packages[v].Worker(name, processor, { connection, drainDelay: 1, ...options });
    workers.set(`${v} ${name}`, made);
    await made.waitUntilReady();
    return made;
  }

  return {
    /** The data of the jobs in the order in which they begin, once so many have. */
    begun: async (v, name, concurrency, count) => {
      const seen = [];
      await new Promise(resolve => {
        worker(v, name, async job => {
          seen.push(job.data);
          if (seen.length === count) resolve();
          await new Promise(done => setImmediate(done));
        }, { concurrency });
      });
      return seen;
    },

    /** The job as the worker's program is given it at the end of its attempt. */
    heardEnd: (v, name, fails) => new Promise(resolve => {
      worker(v, name, async () => {
        if (fails) throw new Error('no');
        return { r: 1 };
      }, { autorun: false }).then(made => {
        made.on('completed', job => resolve(ended(job))).on('failed', job => resolve(ended(job)));
        made.run();
      });
    }),

    /** The job as the program has it that has taken it and ended it. */
    endedByHand: async (v, name, fails) => {
      const made = await worker(v, name, null, { autorun: false });
      const job = await made.getNextJob('t', { block: false });
      await (fails ? job.moveToFailed(new Error('no'), 't', false) : job.moveToCompleted({ r: 1 }, 't', false));
      return ended(job);
    },

    /** Which events tell of a job whose outcome is refused, for a change behind the worker's back. */
    heardRefusal: async (v, name, change, fails) => {
      const heard = new Set();
      const made = await worker(v, name, async job => {
        const key = `bull:${name}:${job.id}`;
        await (change === 'lock gone' ? redis.del(`${key}:lock`) : change === 'lock stolen' ? redis.set(`${key}:lock`, 'another') : redis.del(key));
        if (fails) throw new Error('no');
      }, { autorun: false });
      const told = new Promise(resolve => {
        for (const event of ['completed', 'failed', 'error']) made.on(event, () => { heard.add(event); resolve(); });
      });
      made.run();
      await told;
      await made.close();
      return [...heard];
    },
  };
};
