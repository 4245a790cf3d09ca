namespace WorkflowAspire.Worker.Fairness;

/// <summary>Tells the log once when tenants' runs can't be counted, and once when they can again.</summary>
internal sealed partial class FairnessOutage(ILogger<FairnessOutage> logger)
{
    private int _isDown;

    public void Failed(Exception error)
    {
        if (Interlocked.Exchange(ref _isDown, 1) == 0) NotCounted(logger, error);
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref _isDown) == 1 && Interlocked.Exchange(ref _isDown, 0) == 1) CountedAgain(logger);
    }

    [LoggerMessage(LogLevel.Warning, "Tenants' runs can't be counted in Redis: runs are executed without their tenants' limits until they can")]
    private static partial void NotCounted(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "Tenants' runs are counted again")]
    private static partial void CountedAgain(ILogger logger);
}
