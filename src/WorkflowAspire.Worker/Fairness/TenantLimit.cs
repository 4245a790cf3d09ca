namespace WorkflowAspire.Worker.Fairness;

/// <summary>One tenant's limits as the scripts take them.</summary>
/// <param name="MostPlaces">Runs at the same time; null for no limit.</param>
/// <param name="IntervalMs">Milliseconds between two starts; 0 for no limit.</param>
/// <param name="EarlyMs">How much earlier than that starts may come.</param>
internal sealed record TenantLimit(int? MostPlaces, double IntervalMs, double EarlyMs)
{
    /// <summary>The limits that options ask for; null where they ask for none.</summary>
    public static TenantLimit? From(TenantOptions options)
    {
        if (options.MaxConcurrentRuns is null && options.RunsPerSecond is null) return null;
        if (options.RunsPerSecond is not { } rate) return new TenantLimit(options.MaxConcurrentRuns, 0, 0);
        var interval = 1000 / rate;
        return new TenantLimit(options.MaxConcurrentRuns, interval, ((options.Burst ?? Math.Max(1, Math.Floor(rate))) - 1) * interval);
    }
}
