// What a test's worker does with a job, by name.
export const processors = {
  echo: async job => ({ echo: job.data }),
  nothing: async () => undefined,
  fail: async job => { throw new Error(`no ${job.attemptsMade}`); },
  failOnce: async job => {
    if (job.attemptsMade === 0) throw new Error('no 0');
    return 'ok';
  },
  failB: async job => {
    if (job.id === 'b') throw new Error('no b');
    return job.data;
  },
  unrecoverable: async (job, { UnrecoverableError }) => { throw new UnrecoverableError('never'); },
  slow: job => new Promise(resolve => setTimeout(resolve, 20, job.data)),
  hang: () => new Promise(() => {}),
};
