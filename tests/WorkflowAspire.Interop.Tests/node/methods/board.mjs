// bull-board over HTTP.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';

export default ({ queue }) => {
  const boards = new Map();
  return {
    /** Serves the queue's board on a free port; answers with the port. */
    openBoard: async (v, name) => {
      await queue(v, name).waitUntilReady();
      const serverAdapter = new ExpressAdapter();
      createBullBoard({ queues: [new BullMQAdapter(queue(v, name))], serverAdapter });
      const server = (await import('express')).default().use(serverAdapter.getRouter()).listen(0, '127.0.0.1');
      await new Promise(resolve => server.once('listening', resolve));
      boards.set(`${v} ${name}`, server);
      return server.address().port;
    },
    closeBoard: async (v, name) => {
      boards.get(`${v} ${name}`).closeAllConnections();
      boards.get(`${v} ${name}`).close();
    },
  };
};
