using System.Runtime.CompilerServices;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

internal static class UsageTelemetry
{
    // MassTransit tells its makers of applications that use it. Tests are none.
    [ModuleInitializer]
    internal static void TurnOff() => Environment.SetEnvironmentVariable("MASSTRANSIT_USAGE_TELEMETRY", "false");
}
