// A queue in a Redis Cluster, on a connection of its own that ends with the call.
import { createRequire } from 'node:module';

const { Cluster } = createRequire(createRequire(import.meta.url).resolve('bullmq5'))('ioredis');

export default ({ packages, summary }) => ({
  clusterCall: async (version, name, ports, method, args) => {
    const connection = new Cluster(ports.map(port => ({ host: '127.0.0.1', port })));
    const queue = new packages[version].Queue(name, { connection, prefix: '{bull}' });
    try {
      return summary(await queue[method](...args));
    } finally {
      await queue.close();
      connection.disconnect();
    }
  },
});
