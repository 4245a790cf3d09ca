using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

// The same specifications on each server that the library supports.

public class AddingOnRedis(RedisServer server) : AddingTests(server);

public class AddingOnGarnet(GarnetServer server) : AddingTests(server);

public class ClosingOnRedis(RedisServer server) : ClosingTests(server);

public class ClosingOnGarnet(GarnetServer server) : ClosingTests(server);

public class FailureOnRedis(RedisServer server) : FailureTests(server);

public class FailureOnGarnet(GarnetServer server) : FailureTests(server);

public class FlowsOnRedis(RedisServer server) : FlowTests(server);

public class FlowsOnGarnet(GarnetServer server) : FlowTests(server);

public class InspectionOnRedis(RedisServer server) : InspectionTests(server);

public class InspectionOnGarnet(GarnetServer server) : InspectionTests(server);

public class LockOnRedis(RedisServer server) : LockTests(server);

public class LockOnGarnet(GarnetServer server) : LockTests(server);

public class ProcessingOnRedis(RedisServer server) : ProcessingTests(server);

public class ProcessingOnGarnet(GarnetServer server) : ProcessingTests(server);

public class SchedulersOnRedis(RedisServer server) : SchedulerTests(server);

public class SchedulersOnGarnet(GarnetServer server) : SchedulerTests(server);

public class DamagedJobsOnRedis(RedisServer server) : DamagedJobTests(server);

public class DamagedJobsOnGarnet(GarnetServer server) : DamagedJobTests(server);

public class GroupCommitOnRedis(RedisServer server) : GroupCommitTests(server);

public class GroupCommitOnGarnet(GarnetServer server) : GroupCommitTests(server);
public class DeduplicationOnRedis(RedisServer server) : DeduplicationTests(server);

public class DeduplicationOnGarnet(GarnetServer server) : DeduplicationTests(server);

public class JobOptionsOnRedis(RedisServer server) : JobOptionsTests(server);

public class JobOptionsOnGarnet(GarnetServer server) : JobOptionsTests(server);

public class PayloadOnRedis(RedisServer server) : PayloadTests(server);

public class PayloadOnGarnet(GarnetServer server) : PayloadTests(server);

public class ValidationOnRedis(RedisServer server) : ValidationTests(server);

public class ValidationOnGarnet(GarnetServer server) : ValidationTests(server);
public class BackoffOnRedis(RedisServer server) : BackoffTests(server);

public class BackoffOnGarnet(GarnetServer server) : BackoffTests(server);

public class ManualProcessingOnRedis(RedisServer server) : ManualProcessingTests(server);

public class ManualProcessingOnGarnet(GarnetServer server) : ManualProcessingTests(server);

public class MetricsOnRedis(RedisServer server) : MetricsTests(server);

public class MetricsOnGarnet(GarnetServer server) : MetricsTests(server);

public class RateLimitOnRedis(RedisServer server) : RateLimitTests(server);

public class RateLimitOnGarnet(GarnetServer server) : RateLimitTests(server);

public class WorkerControlOnRedis(RedisServer server) : WorkerControlTests(server);

public class WorkerControlOnGarnet(GarnetServer server) : WorkerControlTests(server);
public class ManagingQueuesOnRedis(RedisServer server) : ManagingQueuesTests(server);

public class ManagingQueuesOnGarnet(GarnetServer server) : ManagingQueuesTests(server);

public class ManagingJobsOnRedis(RedisServer server) : ManagingJobsTests(server);

public class ManagingJobsOnGarnet(GarnetServer server) : ManagingJobsTests(server);

public class LargeQueuesOnRedis(RedisServer server) : LargeQueueTests(server);

public class LargeQueuesOnGarnet(GarnetServer server) : LargeQueueTests(server);

public class BlockedQueuesOnRedis(RedisServer server) : BlockedQueueTests(server);

public class BlockedQueuesOnGarnet(GarnetServer server) : BlockedQueueTests(server);
