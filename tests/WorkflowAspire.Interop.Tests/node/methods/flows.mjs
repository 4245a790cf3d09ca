// Flows, which only FlowProducer makes.
export default ({ packages, connection, queue }) => ({
  /** A parent with the children a and b, all in one queue, ids as names. */
  addFlow: async (v, name, childOpts) => {
    await queue(v, name).waitUntilReady();
    const flows = new packages[v].FlowProducer({ connection });
    const child = id => ({ name: 'work', queueName: name, data: id, opts: { ...childOpts, jobId: id } });
    await flows.add({ name: 'work', queueName: name, data: 'parent', opts: { jobId: 'parent' }, children: [child('a'), child('b')] });
    await flows.close();
  },
});
