// What needs a job as it was before something happened to it.
export default ({ queue }) => ({
  /** A method of a job that is removed after it was read. */
  goneJobCall: async (v, name, id, method, args) => {
    const job = await queue(v, name).getJob(id);
    await queue(v, name).remove(id);
    return job[method](...args);
  },
});
