using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

// The same specifications on each server that the library supports.

public class AddingOnRedis(RedisServer server) : AddingTests(server);

public class AddingOnGarnet(GarnetServer server) : AddingTests(server);

public class ClosingOnRedis(RedisServer server) : ClosingTests(server);

public class ClosingOnGarnet(GarnetServer server) : ClosingTests(server);

public class FailureOnRedis(RedisServer server) : FailureTests(server);

public class FailureOnGarnet(GarnetServer server) : FailureTests(server);

public class InspectionOnRedis(RedisServer server) : InspectionTests(server);

public class InspectionOnGarnet(GarnetServer server) : InspectionTests(server);

public class LockOnRedis(RedisServer server) : LockTests(server);

public class LockOnGarnet(GarnetServer server) : LockTests(server);

public class ProcessingOnRedis(RedisServer server) : ProcessingTests(server);

public class ProcessingOnGarnet(GarnetServer server) : ProcessingTests(server);

public class DamagedJobsOnRedis(RedisServer server) : DamagedJobTests(server);

public class DamagedJobsOnGarnet(GarnetServer server) : DamagedJobTests(server);

public class ManagingQueuesOnRedis(RedisServer server) : ManagingQueuesTests(server);

public class ManagingQueuesOnGarnet(GarnetServer server) : ManagingQueuesTests(server);

public class ManagingJobsOnRedis(RedisServer server) : ManagingJobsTests(server);

public class ManagingJobsOnGarnet(GarnetServer server) : ManagingJobsTests(server);

public class LargeQueuesOnRedis(RedisServer server) : LargeQueueTests(server);

public class LargeQueuesOnGarnet(GarnetServer server) : LargeQueueTests(server);
