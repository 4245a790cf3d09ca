using WorkflowAspire.TestServers;

namespace WorkflowAspire.Worker.Tests;

// What is specified of the worker holds as well where runs come to it through MassTransit.

public class ExecutionThroughMassTransitTests(RedisServer redis) : ExecutionTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class DeadLettersThroughMassTransitTests(RedisServer redis) : DeadLetterTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class CancellationThroughMassTransitTests(RedisServer redis) : CancellationTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class ParkingThroughMassTransitTests(RedisServer redis) : ParkingTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class HealthThroughMassTransitTests(RedisServer redis) : HealthTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class FairnessThroughMassTransitTests(RedisServer redis) : FairnessTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class TelemetryThroughMassTransitTests(RedisServer redis) : TelemetryTests(redis)
{
    protected override string WorkerPath => "masstransit";
}

public class KilledWorkerThroughMassTransitTests(RedisServer redis) : KilledWorkerTests(redis)
{
    protected override string WorkerPath => "masstransit";
}
