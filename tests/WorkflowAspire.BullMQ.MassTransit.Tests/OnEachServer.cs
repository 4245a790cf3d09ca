using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

// The same specifications on each server that the rider supports.

public class ConsumingOnRedis(RedisServer server) : ConsumingTests(server);

public class ConsumingOnGarnet(GarnetServer server) : ConsumingTests(server);

public class FailureOnRedis(RedisServer server) : FailureTests(server);

public class FailureOnGarnet(GarnetServer server) : FailureTests(server);

public class MovingOnRedis(RedisServer server) : MovingTests(server);

public class MovingOnGarnet(GarnetServer server) : MovingTests(server);

public class ProducingOnRedis(RedisServer server) : ProducingTests(server);

public class ProducingOnGarnet(GarnetServer server) : ProducingTests(server);

public class StoppingOnRedis(RedisServer server) : StoppingTests(server);

public class StoppingOnGarnet(GarnetServer server) : StoppingTests(server);
