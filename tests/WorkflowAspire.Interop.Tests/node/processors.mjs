// What a test's worker does with a job, by name.
export const processors = {
  echo: async job => ({ echo: job.data }),
  nothing: async () => undefined,
  fail: async job => { throw new Error(`no ${job.attemptsMade}`); },
  failOnce: async job => {
    if (job.attemptsMade === 0) throw new Error('no 0');
    return 'ok';
  },
  unrecoverable: async (job, { UnrecoverableError }) => { throw new UnrecoverableError('never'); },
  hang: () => new Promise(() => {}),
};
