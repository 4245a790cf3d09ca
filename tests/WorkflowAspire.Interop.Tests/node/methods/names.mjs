// What the package exports: its names, and the methods of the classes that a program uses.
const classes = ['Queue', 'QueueBase', 'QueueGetters', 'Job', 'Worker', 'FlowProducer', 'QueueEvents', 'QueueEventsProducer', 'JobScheduler'];

export default ({ packages }) => ({
  exportedNames: async v => [
    ...Object.keys(packages[v]).filter(name => !['default', '__esModule', 'module.exports'].includes(name)),
    ...classes.flatMap(name => Object.getOwnPropertyNames(packages[v][name].prototype)
      .filter(method => method !== 'constructor').map(method => `${name}.${method}`)),
  ],
});
